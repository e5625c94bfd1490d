import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Product } from '../../shared/api-types/catalog.ts';
import { buildShop } from './support/build-shop.ts';
import { launchBrowser, skipReason } from './support/launch-browser.ts';
import { makeSampleImage, type SampleImage } from './support/sample-images.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNeverBroken,
  expectNoBrokenImage,
  expectNoLayoutShift,
  openProduct,
  openShop,
  productTitles,
  type ShopPage,
} from './support/shop-page.ts';
import { sampleProduct } from './support/shop-site.ts';
import { SmallNode, SmallOrigin } from './support/small-fleet.ts';

const PHOTOS = ['bowl.jpg', 'brushes.jpg', 'djembe.jpg', 'spaniels.jpg'];
const PRODUCTS = 14;
const HOSTILE_TITLE = `<img src=x onerror="alert('title')"><script>alert('title')</script>"><b>& \u202ereversed`;

describe.skipIf(skipReason)(`the shop in Chromium${skipReason ? ` (${skipReason})` : ''}`, () => {
  let browser: Browser;
  let shopFolder: string;
  let samples: readonly SampleImage[];
  let origin: SmallOrigin;
  let edges: readonly [SmallNode, SmallNode, SmallNode];
  const opened: ShopPage[] = [];

  beforeAll(async () => {
    shopFolder = mkdtempSync(path.join(tmpdir(), 'shoal-shop-'));
    await buildShop(shopFolder);
    samples = await Promise.all(
      Array.from({ length: PRODUCTS }, (_, index) =>
        makeSampleImage(PHOTOS[index % PHOTOS.length]!, index + 1, `Photo ${index + 1}`),
      ),
    );
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(shopFolder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    origin = new SmallOrigin(shopFolder, samples);
    edges = [new SmallNode('alba', samples), new SmallNode('boca', samples), new SmallNode('cala', samples)];
    origin.edges = edges;
    origin.products = samples.map(({ image }, index) => productOf(index, [image]));
    await Promise.all([origin, ...edges].map((node) => node.start()));
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((shop) => shop.close()));
    await Promise.all([origin, ...edges].map((node) => node.stop()));
  });

  const open = async (address = '/', options = {}): Promise<ShopPage> => {
    const shop = await openShop(browser, origin.url + address, options);
    opened.push(shop);
    return shop;
  };
  const productOf = (index: number, images: Product['images']) => sampleProduct(index + 1, { images });

  it('every image is decoded, comes from an edge, is fetched once, and nothing moves or complains', async () => {
    const { page, problems, failedRequests } = await open();
    const images = await expectEveryImageDecoded(page);
    expect(images).toHaveLength(PRODUCTS);
    expectFromEdges(images);
    expect(images.filter(({ url }) => !url.endsWith('.avif'))).toEqual([]);
    expect(images.filter(({ alt }) => !alt)).toEqual([]);
    const requests = edges.flatMap(({ imageRequests }) => imageRequests);
    expect(requests.sort()).toEqual(images.map(({ url }) => new URL(url).pathname).sort());
    expect(origin.imageRequests).toEqual([]);
    await expectNoLayoutShift(page);
    expect([...problems, ...failedRequests]).toEqual([]);
  });

  it('on a phone: images fit the screen, and what is in view at first is not lazy', async () => {
    const { page } = await open('/', {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
    });
    const images = await expectEveryImageDecoded(page);
    expect(images[0]?.url).toMatch(/\/640\.avif$/);
    const loading = await page
      .locator('.photo img')
      .evaluateAll((all) => (all as HTMLImageElement[]).map((img) => `${img.loading} ${img.fetchPriority}`));
    expect(loading.slice(0, 2)).toEqual(['eager high', 'eager high']);
    expect(loading.at(-1)).toBe('lazy auto');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expectNoLayoutShift(page);
  });

  it('a list of edges that comes later than the products is waited for', async () => {
    let release = () => {};
    origin.listGate = new Promise((resolve) => {
      release = resolve;
    });
    const { page } = await open();
    await page.locator('.photo[data-state="waiting"]').first().waitFor();
    expect(origin.imageRequests).toEqual([]);
    release();
    expectFromEdges(await expectEveryImageDecoded(page));
  });

  it('one edge dies while a shopper looks around: no image breaks', async () => {
    const { page, problems } = await open();
    await expectEveryImageDecoded(page);
    await edges[0].stop();
    for (const title of ['Product 3', 'Product 4', 'Product 5']) {
      await openProduct(page, title);
      await expectNoBrokenImage(page);
      expectFromEdges(await expectEveryImageDecoded(page));
      await page.goBack();
      await expectNoBrokenImage(page);
    }
    await expectNeverBroken(page);
    await page.reload();
    const images = await expectEveryImageDecoded(page);
    expectFromEdges(images);
    expect(problems).toEqual([]);
  });

  it('an edge that takes requests and never answers is left for another', async () => {
    edges[1].mode = 'silent';
    const { page } = await open();
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get('boca')).toBeUndefined();
  });

  it('an edge that answers probes and never an image is left for another', async () => {
    edges[1].mode = 'stalled';
    const { page } = await open();
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get('boca')).toBeUndefined();
    expect(edges[1].imageRequests.length).toBeGreaterThan(0);
  });

  it('an edge that answers probes and fails images is left for another', async () => {
    edges[1].mode = 'broken';
    const { page } = await open();
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get('boca')).toBeUndefined();
    expect(edges[1].imageRequests.length).toBeGreaterThan(0);
  });

  it('the origin is the last resort when every edge is gone', async () => {
    await Promise.all(edges.map((edge) => edge.stop()));
    const { page } = await open();
    const images = await expectEveryImageDecoded(page);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['origin']));
  });

  it('the origin goes away after the page is loaded: products stay, photos come from edges', async () => {
    const { page, problems } = await open();
    await page.locator('.card').first().waitFor();
    await origin.stop();
    await expectEveryImageDecoded(page);
    await openProduct(page, 'Product 2');
    expectFromEdges(await expectEveryImageDecoded(page));
    await page.getByText('The shop cannot be reached just now').waitFor();
    await page.getByRole('link', { name: 'All products' }).click();
    expect(await productTitles(page)).toHaveLength(PRODUCTS);
    expectFromEdges(await expectEveryImageDecoded(page));
    expect(problems).toEqual([]);
  });

  it('every node is gone: placeholders stay, and photos come as soon as an edge is back', async () => {
    const { page } = await open();
    await page.locator('.card').first().waitFor();
    await Promise.all([origin, ...edges].map((node) => node.stop()));
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('price-down');
    await expectNoBrokenImage(page);
    await edges[2].start();
    await expectEveryImageDecoded(page);
    await expectNeverBroken(page);
  });

  it('threat row 27: a hostile title is text, in the grid, on its page and in the bag', async () => {
    origin.products = [
      { ...productOf(0, [samples[0]!.image]), title: HOSTILE_TITLE, description: HOSTILE_TITLE },
    ];
    const { page, problems } = await open();
    await expectEveryImageDecoded(page);
    expect(await productTitles(page)).toEqual([HOSTILE_TITLE]);
    await page.getByRole('searchbox').fill(HOSTILE_TITLE);
    await page.locator('.card__link').click();
    await page.getByRole('button', { name: 'Add to bag' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE_TITLE);
    expect(await page.locator('.bag__words a').textContent()).toBe(HOSTILE_TITLE);
    expect(await page.locator('img[src="x"], #app script, #app b').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('a product page opened by its address, and one that is not there', async () => {
    origin.products = [
      productOf(
        0,
        samples.slice(0, 3).map(({ image }) => image),
      ),
    ];
    const { page, problems } = await open('/product/p1');
    const images = await expectEveryImageDecoded(page);
    expect(images).toHaveLength(4);
    await page.getByRole('button', { name: 'Photo 3 of 3' }).click();
    await expectEveryImageDecoded(page);
    await expectNoLayoutShift(page);
    expect(problems).toEqual([]);
    const other = await open('/product/none');
    await other.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });

  it('an empty shop says so; one that does not answer can be asked again', async () => {
    origin.catalogDown = true;
    const { page } = await open();
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    origin.catalogDown = false;
    origin.products = [];
    await again.click();
    await page.getByRole('heading', { name: 'The shelves are still empty' }).waitFor();
    origin.products = [productOf(0, [samples[0]!.image])];
    await page.getByRole('button', { name: 'Look again' }).click();
    await expectEveryImageDecoded(page);
  });

  it('the image sources panel counts what each edge gave', async () => {
    const { page } = await open();
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    await page.getByRole('button', { name: 'Image sources', exact: true }).click();
    const panel = page.getByRole('region', { name: 'Image sources' });
    await panel.getByText(`${PRODUCTS} images on this page, every one from an edge.`).waitFor();
    for (const { name } of edges) {
      const row = panel.locator(`.sources__row[data-source="${name}"] .sources__count`);
      expect(await row.textContent()).toBe(String(counts.get(name) ?? 0));
    }
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('with the keyboard alone: skip link, search, and the way into a product and back', async () => {
    const { page } = await open();
    await page.locator('.card').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('words about 12');
    await page.getByRole('status').filter({ hasText: '1 product' }).waitFor();
    expect(await productTitles(page)).toEqual(['Product 12']);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Product 12' }).waitFor();
    await page.goBack();
    expect(await page.getByRole('searchbox').inputValue()).toBe('words about 12');
  });
});
