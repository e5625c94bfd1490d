/** The built shop behind small nodes and a browser: made before the tests of a file, gone after them. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import type { Product } from '../../../shared/api-types/catalog.ts';
import { makeSampleImage, type SampleImage } from './sample-images.ts';
import { openShop, type ShopPage } from './shop-page.ts';
import { SmallNode, SmallOrigin } from './small-fleet.ts';
import { useBrowser } from './use-browser.ts';

export interface ShopSite {
  /** New in each test, as its edges. */
  readonly origin: () => SmallOrigin;
  readonly edges: () => readonly SmallNode[];
  /** One for each photo. */
  readonly samples: () => readonly SampleImage[];
  /** The page is closed after its test. */
  readonly open: (address: string, options?: BrowserContextOptions) => Promise<ShopPage>;
}

/** To be called where tests are described. */
export function useShopSite(photos: readonly string[], edgeNames: readonly string[] = ['alba']): ShopSite {
  const opened: ShopPage[] = [];
  const browser = useBrowser();
  let samples: readonly SampleImage[];
  let origin: SmallOrigin;
  let edges: readonly SmallNode[];

  beforeAll(async () => {
    samples = await Promise.all(
      photos.map((file, index) => makeSampleImage(file, index + 1, `Photo ${index + 1}`)),
    );
  });

  beforeEach(async () => {
    origin = new SmallOrigin(samples);
    edges = edgeNames.map((name) => new SmallNode(name, samples));
    origin.edges = edges;
    await Promise.all([origin, ...edges].map((node) => node.start()));
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((shop) => shop.close()));
    await Promise.all([origin, ...edges].map((node) => node.stop()));
  });

  return {
    origin: () => origin,
    edges: () => edges,
    samples: () => samples,
    open: async (address, options = {}) => {
      const shop = await openShop(browser(), origin.url + address, options);
      opened.push(shop);
      return shop;
    },
  };
}

const PHOTOS = ['bowl.jpg', 'brushes.jpg', 'djembe.jpg', 'spaniels.jpg'];
export const FULL_SHOP_PRODUCTS = 14;

/** Three edges, and products of one photo each. */
export function useFullShop(): ShopSite {
  const photos = Array.from({ length: FULL_SHOP_PRODUCTS }, (_, index) => PHOTOS[index % PHOTOS.length]!);
  const site = useShopSite(photos, ['alba', 'boca', 'cala']);
  beforeEach(() => {
    site.origin().products = site
      .samples()
      .map(({ image }, index) => sampleProduct(index + 1, { images: [image] }));
  });
  return site;
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
