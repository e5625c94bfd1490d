/** The built shop behind small nodes and a browser: made before the tests of a file, gone after them. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Product } from '../../../shared/api-types/catalog.ts';
import { buildShop } from './build-shop.ts';
import { launchBrowser } from './launch-browser.ts';
import { makeSampleImage, type SampleImage } from './sample-images.ts';
import { openShop, type ShopPage } from './shop-page.ts';
import { SmallNode, SmallOrigin } from './small-fleet.ts';

export interface ShopSite {
  readonly origin: () => SmallOrigin;
  /** One for each photo. */
  readonly samples: () => readonly SampleImage[];
  /** The page is closed after its test. */
  readonly open: (address: string, options?: BrowserContextOptions) => Promise<ShopPage>;
}

/** With one edge. To be called where tests are described. */
export function useShopSite(photos: readonly string[]): ShopSite {
  const opened: ShopPage[] = [];
  let browser: Browser;
  let folder: string;
  let samples: readonly SampleImage[];
  let origin: SmallOrigin;
  let edge: SmallNode;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'shoal-shop-'));
    await buildShop(folder);
    samples = await Promise.all(
      photos.map((file, index) => makeSampleImage(file, index + 1, `Photo ${index + 1}`)),
    );
    origin = new SmallOrigin(folder, samples);
    edge = new SmallNode('alba', samples);
    origin.edges = [edge];
    await Promise.all([origin.start(), edge.start()]);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([origin?.stop(), edge?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((shop) => shop.close()));
  });

  return {
    origin: () => origin,
    samples: () => samples,
    open: async (address, options = {}) => {
      const shop = await openShop(browser, origin.url + address, { serviceWorkers: 'block', ...options });
      opened.push(shop);
      return shop;
    },
  };
}

export function sampleProduct(number: number, more: Partial<Product> = {}): Product {
  return {
    id: `p${number}`,
    title: `Product ${number}`,
    description: `Words about ${number}.`,
    priceCents: 1_000 + number,
    currency: 'EUR',
    tags: [],
    category: '',
    images: [],
    ...more,
  };
}
