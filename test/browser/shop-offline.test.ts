/** A large shop, edges that die while somebody scrolls, and a second visit without any network. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNeverBroken,
  expectNoBrokenImage,
  expectNoLayoutShift,
  imageSources,
  openShop,
} from './support/shop-page.ts';
import { useFleet } from './support/use-fleet.ts';

const PRODUCTS = 500;
const PHOTOS = 24;
const NAMES = ['alba', 'boca', 'cala'];

describe.skipIf(skipReason)(`a shop of ${PRODUCTS} products${skipReason ? ` (${skipReason})` : ''}`, () => {
  const shown = useFleet(NAMES, async (fleet) => {
    for (let number = 1; number <= PRODUCTS; number++) {
      const product = await fleet.createProduct(`Product ${number}`);
      if (number <= PHOTOS) await fleet.upload(product, await smallPhoto(number));
    }
    return PHOTOS;
  });

  it('the first products are there with the page, all are found, and they are shown a part at a time', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    await shop.page.getByRole('button', { name: `Show more (${PRODUCTS - 48})` }).click();
    expect(await shop.page.locator('.card').count()).toBe(96);
    await shop.page.getByRole('searchbox').fill('product 499');
    await expect.poll(() => shop.page.locator('.card__title').allTextContents()).toEqual(['Product 499']);
    await expectNoLayoutShift(shop.page);
    expect(shop.problems).toEqual([]);
    await shop.close();
  });

  it('products that do not come after the first are said to be missing, and come as soon as they can', async () => {
    const shop = await openShop(shown.browser, 'about:blank', { serviceWorkers: 'block' });
    const { page } = shop;
    await page.route('**/api/products', (route) => route.abort());
    await page.goto(shown.fleet.origin.url);
    await page.getByRole('searchbox').fill('product 499');
    await page.getByRole('heading', { name: 'We could not reach the shop' }).waitFor();
    await page.unroute('**/api/products');
    await page.getByRole('link').filter({ hasText: 'Product 499' }).waitFor();
    await shop.close();
  });

  it('a product that changed since its page came is shown as the list has it', async () => {
    const { products } = await shown.fleet.products();
    const shop = await openShop(shown.browser, 'about:blank', { serviceWorkers: 'block' });
    const { page } = shop;
    const changed = [{ ...products[0]!, title: 'Product 1, new' }, ...products.slice(1)];
    await page.route('**/api/products', (route) => route.fulfill({ json: { products: changed } }));
    await page.goto(`${shown.fleet.origin.url}/product/${products[0]!.id}`);
    await page.getByRole('heading', { level: 1, name: 'Product 1' }).waitFor();
    await page.getByRole('link', { name: 'All products' }).click();
    await page.getByRole('link').filter({ hasText: 'Product 1, new' }).click();
    await page.getByRole('heading', { level: 1, name: 'Product 1, new' }).waitFor();
    await shop.close();
  });

  it('a second visit without a network shows what was seen, photos too', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    const { page } = shop;
    const before = await expectEveryImageDecoded(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const wanted = new Set(before.map(({ imageId }) => imageId)).size;
    await page.waitForFunction(
      async (count) => {
        const images = await (await caches.open('shoal-images-1')).keys();
        const pages = await (await caches.open('shoal-pages-1')).keys();
        return images.length >= count && pages.some(({ url }) => url.endsWith('/'));
      },
      wanted,
      { polling: 100 },
    );
    await page.reload();
    await expectEveryImageDecoded(page);
    await page.context().setOffline(true);
    await page.reload();
    const after = await expectEveryImageDecoded(page);
    expect(after.map(({ imageId }) => imageId)).toEqual(before.map(({ imageId }) => imageId));
    await page.getByRole('link').filter({ hasText: 'Product 2' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Product 2' }).waitFor();
    await expectEveryImageDecoded(page);
    await page.context().setOffline(false);
    expect(shop.problems).toEqual([]);
    await shop.close();
  });

  it('a shelf that is gone takes nothing from what is kept of the shop', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url);
    const { page } = shop;
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const isKept = () =>
      page.evaluate(async () => {
        const kept = await (await caches.open('shoal-pages-1')).keys();
        return kept.some(({ url }) => new URL(url).pathname === '/');
      });
    await expect.poll(isKept).toBe(true);
    await page.goto(`${shown.fleet.origin.url}/?category=Hats`);
    await page.getByText('Nothing in Hats').waitFor();
    await page.context().setOffline(true);
    await page.goto(shown.fleet.origin.url);
    await page.locator('.card').first().waitFor();
    await shop.close();
  });

  it('kill -9 of two of three edges while somebody scrolls: no image is broken, and all come', async () => {
    const shop = await openShop(shown.browser, shown.fleet.origin.url, {
      viewport: { width: 700, height: 500 },
    });
    const { page } = shop;
    await page.locator('.photo[data-state="shown"]').first().waitFor();
    for (let step = 0; step < 12; step++) {
      if (step === 3) await shown.edges[0]?.kill('SIGKILL');
      if (step === 6) await shown.edges[1]?.kill('SIGKILL');
      await page.mouse.wheel(0, 300);
      await expectNoBrokenImage(page);
    }
    await expectEveryImageDecoded(page);
    const late = (await imageSources(page)).slice(-4);
    expectFromEdges(late);
    await expectNeverBroken(page);
    expect(shop.problems).toEqual([]);
    await shop.close();
  });
});

async function smallPhoto(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: (number * 53) % 256, g: (number * 97) % 256, b: (number * 151) % 256 };
  const photo = sharp({ create: { width: 400, height: 300, channels: 3, background } });
  return new Uint8Array(await photo.jpeg().toBuffer());
}
