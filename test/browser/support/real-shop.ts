/** The shop of a real origin and one real edge, and a browser: filled before the tests of a file, gone after them. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterEach } from 'vitest';
import type { Fleet } from '../../support/fleet.ts';
import { openShop, type ShopPage } from './shop-page.ts';
import { useFleet } from './use-fleet.ts';

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
  const shop = useFleet(['alba'], fill);
  const opened: ShopPage[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.close()));
  });
  return {
    fleet: shop.fleet,
    visit: async (url = 'about:blank', options = {}) => {
      const page = await openShop(shop.browser, url, options);
      opened.push(page);
      return page;
    },
  };
}
