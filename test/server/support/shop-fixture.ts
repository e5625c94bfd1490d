/** The shop's router over a catalog in memory and a built page that is all places to fill. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ChangeWatch } from '../../../server/api/change-watch.ts';
import type { StoredProduct } from '../../../server/catalog/catalog-api.ts';
import { problemHandler } from '../../../server/http/problem.ts';
import { createShop } from '../../../server/shop/shop-router.ts';
import type { EdgeInfo } from '../../../shared/api-types/status.ts';
import { imageNamed } from './catalog-fixture.ts';

/** The style sheet of the built page. */
export const SHEET = '.page{color:red}';
const TEMPLATE =
  '<head><!-- shop:head --><title>none</title><!-- /shop:head -->' +
  '<link rel="stylesheet" crossorigin href="/assets/index-1.css"></head>' +
  '<main><!-- shop:first --><!-- /shop:first --></main><noscript><!-- shop:plain -->none<!-- /shop:plain --></noscript>';
const PUBLIC_URL = 'https://shop.example';

export interface ShopFixture {
  /** Both empty before each test. */
  products: StoredProduct[];
  edges: EdgeInfo[];
  /** @param subfolder of the built page; default: where it is */
  request(subfolder?: string): ReturnType<typeof supertest>;
}

/** To be called where tests are described. */
export function useShop(): ShopFixture {
  let folder = '';
  const shop: ShopFixture = {
    products: [],
    edges: [],
    request(subfolder = '') {
      const catalog = {
        listProducts: async () => shop.products,
        product: async (id: string) => shop.products.find((product) => product.id === id),
        onAppend: () => () => undefined,
      };
      const { pages, lost } = createShop({
        catalog,
        changes: new ChangeWatch(catalog),
        edges: () => ({ edges: shop.edges }),
        publicUrl: () => PUBLIC_URL,
        folder: join(folder, subfolder),
      });
      return supertest(
        express()
          .use((_req, res, next) => {
            res.set('Content-Security-Policy', "default-src 'self'; style-src 'self'; img-src *");
            next();
          })
          .use(pages)
          .use(lost)
          .use(problemHandler(() => undefined)),
      );
    },
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-shop-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), TEMPLATE);
    writeFileSync(join(folder, 'assets/index-1.css'), SHEET);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    shop.products = [];
    shop.edges = [];
  });
  return shop;
}

export function productOf(id: string, more: Partial<StoredProduct> = {}): StoredProduct {
  const { image, alt } = imageNamed(id, id);
  const renditions = [
    ...image.renditions,
    { ...image.renditions[0]!, name: '320.jpg', type: 'image/jpeg' as const },
  ];
  const stored = {
    ...image,
    renditions,
    alt,
    productId: id,
    tags: [],
    sourceBytes: null,
    entryNumber: 1,
    position: 1,
  };
  return {
    id,
    title: `Title of ${id}`,
    description: 'Words.',
    priceCents: 4250,
    currency: 'EUR',
    tags: [],
    category: '',
    images: [stored],
    ...more,
  };
}
