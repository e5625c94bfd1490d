/** The shop as a shopper meets it: photos from edges, words as text, keys, and what it says when it has nothing. */
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import {
  expectEveryImageDecoded,
  expectFromEdges,
  expectNoLayoutShift,
  productTitles,
} from './support/shop-page.ts';
import { FULL_SHOP_PRODUCTS, sampleProduct, useFullShop } from './support/shop-site.ts';

const HOSTILE_TITLE = `<img src=x onerror="alert('title')"><script>alert('title')</script>"><b>& \u202ereversed`;

describe.skipIf(skipReason)(`the shop in Chromium${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useFullShop();

  it('every image is decoded, comes from an edge, is fetched once, and nothing moves or complains', async () => {
    const { page, problems, failedRequests } = await site.open('/');
    const images = await expectEveryImageDecoded(page);
    expect(images).toHaveLength(FULL_SHOP_PRODUCTS);
    expectFromEdges(images);
    expect(images.filter(({ url }) => !url.endsWith('.avif'))).toEqual([]);
    expect(images.filter(({ alt }) => !alt)).toEqual([]);
    const requests = site.edges().flatMap(({ imageRequests }) => imageRequests);
    expect(requests.sort()).toEqual(images.map(({ url }) => new URL(url).pathname).sort());
    expect(site.origin().imageRequests).toEqual([]);
    await expectNoLayoutShift(page);
    expect([...problems, ...failedRequests]).toEqual([]);
  });

  it('on a phone: images fit the screen, and what is in view at first is not lazy', async () => {
    const { page } = await site.open('/', {
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

  it('threat row 27: a hostile title is text, in the grid, on its page and in the bag', async () => {
    site.origin().products = [
      {
        ...sampleProduct(1, { images: [site.samples()[0]!.image] }),
        title: HOSTILE_TITLE,
        description: HOSTILE_TITLE,
      },
    ];
    const { page, problems } = await site.open('/');
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
    site.origin().products = [
      sampleProduct(1, {
        images: site
          .samples()
          .slice(0, 3)
          .map(({ image }) => image),
      }),
    ];
    const { page, problems } = await site.open('/product/p1');
    const images = await expectEveryImageDecoded(page);
    expect(images).toHaveLength(4);
    await page.getByRole('button', { name: 'Photo 3 of 3' }).click();
    await expectEveryImageDecoded(page);
    await expectNoLayoutShift(page);
    expect(problems).toEqual([]);
    const other = await site.open('/product/none');
    await other.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });

  it('an empty shop says so; one that does not answer can be asked again', async () => {
    site.origin().catalogDown = true;
    const { page } = await site.open('/');
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    site.origin().catalogDown = false;
    site.origin().products = [];
    await again.click();
    await page.getByRole('heading', { name: 'The shelves are still empty' }).waitFor();
    site.origin().products = [sampleProduct(1, { images: [site.samples()[0]!.image] })];
    await page.getByRole('button', { name: 'Look again' }).click();
    await expectEveryImageDecoded(page);
  });

  it('the image sources panel counts what each edge gave', async () => {
    const { page } = await site.open('/');
    const counts = expectFromEdges(await expectEveryImageDecoded(page));
    await page.getByRole('button', { name: 'Image sources', exact: true }).click();
    const panel = page.getByRole('region', { name: 'Image sources' });
    await panel.getByText(`${FULL_SHOP_PRODUCTS} images on this page, every one from an edge.`).waitFor();
    for (const { name } of site.edges()) {
      const row = panel.locator(`.sources__row[data-source="${name}"] .sources__count`);
      expect(await row.textContent()).toBe(String(counts.get(name) ?? 0));
    }
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('with the keyboard alone: skip link, search, and the way into a product and back', async () => {
    const { page } = await site.open('/');
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
