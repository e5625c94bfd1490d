/** The shop of a real origin and one real edge, and a browser: filled before the tests of a file, gone after them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { everyEdgeHas, Fleet, PROJECT } from '../../support/fleet.ts';
import { launchBrowser } from './launch-browser.ts';
import { openShop, type ShopPage } from './shop-page.ts';

const PHOTOS = path.join(PROJECT, 'server/demo/photos');

export interface RealShop {
  readonly fleet: Fleet;
  /** A new visitor; the page is closed after its test. @param url default: an empty page */
  readonly visit: (url?: string, options?: BrowserContextOptions) => Promise<ShopPage>;
}

/**
 * To be called where tests are described.
 * @param fill makes products and uploads photos; answers how many images the edge has then
 */
export function useRealShop(fill: (fleet: Fleet) => Promise<number>): RealShop {
  const fleet = new Fleet();
  const opened: ShopPage[] = [];
  let browser: Browser;

  beforeAll(async () => {
    await fleet.startOrigin();
    const edge = await fleet.startEdge({ name: 'alba' });
    await everyEdgeHas([edge], await fill(fleet));
    browser = await launchBrowser();
  }, 120_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((shop) => shop.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await fleet.close();
  });

  return {
    fleet,
    visit: async (url = 'about:blank', options = {}) => {
      const shop = await openShop(browser, url, options);
      opened.push(shop);
      return shop;
    },
  };
}

/** One of the sample shop's photos. */
export const samplePhoto = async (file: string) => new Uint8Array(await readFile(path.join(PHOTOS, file)));
