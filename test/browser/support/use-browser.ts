/** A browser for the tests of a file. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './launch-browser.ts';

/** To be called where tests are described. @returns the browser, while tests run */
export function useBrowser(): () => Browser {
  let launched: Promise<Browser> | undefined;
  let browser: Browser;
  beforeAll(async () => {
    launched = launchBrowser();
    browser = await launched;
  });
  // Also one that came after its time.
  afterAll(async () => {
    await launched?.then(
      (late) => late.close(),
      () => undefined,
    );
  });
  return () => browser;
}
