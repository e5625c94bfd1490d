/** The built pages behind a server without a fleet, and a browser: made before the tests of a file, gone after them. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildShop } from './build-shop.ts';
import { launchBrowser } from './launch-browser.ts';
import type { ShopPage } from './shop-page.ts';
import { SmallOrigin } from './small-fleet.ts';
import { openSwarm } from './swarm-page.ts';

export interface SwarmSite {
  /** For files of the tests. */
  readonly folder: () => string;
  /** The page is closed after its test, which fails when the console told an error. */
  readonly open: (search: string, options?: BrowserContextOptions) => Promise<Page>;
}

/** To be called where tests are described. */
export function useSwarmSite(): SwarmSite {
  let browser: Browser;
  let folder: string;
  let origin: SmallOrigin;
  const opened: ShopPage[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'shoal-swarm-'));
    await buildShop(path.join(folder, 'site'));
    origin = new SmallOrigin(path.join(folder, 'site'), []);
    await origin.start();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
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
      const swarm = await openSwarm(browser, origin.url, search, options);
      opened.push(swarm);
      return swarm.page;
    },
  };
}
