/** The shop while nodes of its fleet are slow, lie down, or are gone. */
import { describe, expect, it } from 'vitest';
import type { ImageId } from '../../shared/units.ts';
import { skipReason } from './support/launch-browser.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNeverBroken,
  expectNoBrokenImage,
  imageSources,
  openProduct,
  productTitles,
} from './support/shop-page.ts';
import { FULL_SHOP_PRODUCTS, sampleProduct, useFullShop } from './support/shop-site.ts';
import { failWhenAsked } from './support/small-fleet.ts';

describe.skipIf(skipReason)(`the shop with nodes that fail${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useFullShop();

  it('a list of edges that comes later than the products is waited for', async () => {
    let release = () => {};
    site.origin().listGate = new Promise((resolve) => {
      release = resolve;
    });
    const { page } = await site.open('/');
    await page.locator('.photo[data-state="waiting"]').first().waitFor();
    expect(site.origin().imageRequests).toEqual([]);
    release();
    expectFromEdges(await expectEveryImageDecoded(page));
  });

  it('one edge dies while a shopper looks around: no image breaks', async () => {
    const { page, problems } = await site.open('/');
    await expectEveryImageDecoded(page);
    await site.edges()[0]!.stop();
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
    site.edges()[1]!.mode = 'silent';
    const { page } = await site.open('/');
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get('boca')).toBeUndefined();
  });

  it('an edge that answers probes and never an image is left for another', async () => {
    const failing = failWhenAsked(site.edges(), 'stalled');
    const { page } = await site.open('/');
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get(failing().name)).toBeUndefined();
  });

  it('an edge that stalls when the fleet is known from a visit before: photos load before they are measured', async () => {
    const { page } = await site.open('/bag');
    await page.waitForFunction(() => Object.values(localStorage).some((value) => value.includes('boca')));
    const stalled = failWhenAsked(site.edges(), 'stalled');
    await page.goto(`${site.origin().url}/`);
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get(stalled().name)).toBeUndefined();
  });

  it('an edge that answers probes and fails images is left for another', async () => {
    const failing = failWhenAsked(site.edges(), 'broken');
    const { page } = await site.open('/');
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    expect(counts.get(failing().name)).toBeUndefined();
  });

  it('a photo that no node has is held against none: others come from edges as before', async () => {
    const gone = { ...site.samples()[0]!.image, id: 'f'.repeat(24) as ImageId };
    site.origin().products = [sampleProduct(99, { images: [gone] }), ...site.origin().products];
    const { page } = await site.open('/product/p99');
    await page.locator('.photo[data-state="resting"]').waitFor();
    await page.getByRole('link', { name: 'All products' }).click();
    await page.waitForFunction(
      (photos) => document.querySelectorAll('.photo[data-source]').length > photos,
      FULL_SHOP_PRODUCTS - 1,
    );
    expectFromEdges((await imageSources(page)).filter(({ imageId }) => imageId !== gone.id));
  });

  it('a clock that is set back keeps no photo away: it is tried again when its rest is over', async () => {
    site.origin().edges = [];
    site.origin().mode = 'broken';
    const { page } = await site.open('/');
    await page.locator('.photo[data-state="resting"]').first().waitFor();
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() - 3_600_000;
    });
    site.origin().mode = 'alive';
    await expectEveryImageDecoded(page);
  });

  it('the origin is the last resort when every edge is gone', async () => {
    await Promise.all(site.edges().map((edge) => edge.stop()));
    const { page } = await site.open('/');
    const images = await expectEveryImageDecoded(page);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['origin']));
  });

  it('the origin goes away after the page is loaded: products stay, photos come from edges', async () => {
    const { page, problems } = await site.open('/');
    await page.locator('.card').first().waitFor();
    await site.origin().stop();
    await expectEveryImageDecoded(page);
    await openProduct(page, 'Product 2');
    expectFromEdges(await expectEveryImageDecoded(page));
    await page.getByText('The shop cannot be reached just now').waitFor();
    await page.getByRole('link', { name: 'All products' }).click();
    expect(await productTitles(page)).toHaveLength(FULL_SHOP_PRODUCTS);
    expectFromEdges(await expectEveryImageDecoded(page));
    expect(problems).toEqual([]);
  });

  it('every node is gone: placeholders stay, and photos come as soon as an edge is back', async () => {
    const { page } = await site.open('/');
    await page.locator('.card').first().waitFor();
    await Promise.all([site.origin(), ...site.edges()].map((node) => node.stop()));
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('price-down');
    await expectNoBrokenImage(page);
    await site.edges()[2]!.start();
    await expectEveryImageDecoded(page);
    await expectNeverBroken(page);
  });
});
