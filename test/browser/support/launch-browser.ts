/** Chromium for tests, as the system's package manager installs it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM_PATH = process.env.SHOAL_CHROMIUM ?? '/usr/bin/chromium';

/** Quiet: the browser may talk to the test's servers and to nobody else. */
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Why browser tests are to be skipped; undefined when they can run. Where CI is set nothing is skipped: there
 * {@link launchBrowser} fails.
 */
export const skipReason: string | undefined =
  existsSync(CHROMIUM_PATH) || process.env.CI
    ? undefined
    : `skipped: no Chromium at ${CHROMIUM_PATH} (apt-get install chromium, or set SHOAL_CHROMIUM)`;

/** @throws Error when Chromium is missing. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  if (!existsSync(CHROMIUM_PATH)) throw new Error(`no Chromium at ${CHROMIUM_PATH}`);
  return chromium.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGUMENTS, ...more] });
}
