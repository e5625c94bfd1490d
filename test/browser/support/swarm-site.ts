/** The built pages behind a server without a fleet, and a browser: made before the tests of a file, gone after them. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { ShopPage } from './shop-page.ts';
import { SmallOrigin } from './small-fleet.ts';
import { openSwarm } from './swarm-page.ts';
import { useBrowser } from './use-browser.ts';

export interface SwarmSite {
  /** For files of the tests. */
  readonly folder: () => string;
  /** The page is closed after its test, which fails when the console told an error. */
  readonly open: (search: string, options?: BrowserContextOptions) => Promise<Page>;
}

/** To be called where tests are described. */
export function useSwarmSite(): SwarmSite {
  const browser = useBrowser();
  let folder: string;
  let origin: SmallOrigin;
  const opened: ShopPage[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'shoal-swarm-'));
    origin = new SmallOrigin([]);
    await origin.start();
  });

  afterAll(async () => {
    await origin?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    const pages = opened.splice(0);
    for (const { problems } of pages) expect(problems).toEqual([]);
    await Promise.all(pages.map((page) => page.close()));
  });

  return {
    folder: () => folder,
    open: async (search, options) => {
      const swarm = await openSwarm(browser(), origin.url, search, options);
      opened.push(swarm);
      return swarm.page;
    },
  };
}
