/** axe-core on the states of the shop, on a small phone and on a wide screen, light and dark. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { skipReason } from './support/launch-browser.ts';
import { expectEveryImageDecoded } from './support/shop-page.ts';
import { sampleProduct, useShopSite } from './support/shop-site.ts';

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze '.repeat(4).trim();
const MANY = 500;

describe.skipIf(skipReason)(`states of the shop${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useShopSite(['bowl.jpg', 'brushes.jpg']);
  const products = () => {
    const [bowl, brushes] = site.samples().map(({ image }) => image);
    return [
      sampleProduct(1, { category: 'Kitchen', images: [bowl!, brushes!] }),
      sampleProduct(2, { category: LONG, title: LONG, priceCents: 123_456_789, images: [brushes!] }),
      sampleProduct(3),
    ];
  };
  const expectFine = async (page: Page) => {
    await expectNoViolations(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  };

  describe.each([320, 1920])('at %i pixels', (width) => {
    const viewport = { width, height: 900 };

    it('nothing yet, no answer, an empty shelf, and five hundred products', async () => {
      site.origin().products = [];
      // What goes through a service worker passes by the route below.
      const { page } = await site.open('/checkout', { viewport, serviceWorkers: 'block' });
      await page.getByRole('heading', { name: 'Your bag is empty' }).waitFor();
      await expectFine(page);
      let answer = () => {};
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route('**/api/products', (route) => held.then(() => route.fulfill({ status: 503 })));
      await page.goto(site.origin().url);
      await page.getByText('Loading products').waitFor({ state: 'attached' });
      await expectFine(page);
      answer();
      await page.getByRole('heading', { name: 'We could not reach the shop' }).waitFor();
      await expectFine(page);
      await page.unroute('**/api/products');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'The shelves are still empty' }).waitFor();
      await expectFine(page);
      site.origin().products = Array.from({ length: MANY }, (_, index) => sampleProduct(index + 1));
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByRole('button', { name: `Show more (${MANY - 48})` }).waitFor();
      await expectFine(page);
    });

    it('grid, nothing found, sources, an empty bag, a full one, checkout with bad answers and its end', async () => {
      site.origin().products = products();
      const { page } = await site.open('/', { viewport });
      await expectEveryImageDecoded(page);
      await expectFine(page);
      await page.getByRole('button', { name: 'Image sources', exact: true }).click();
      await page.getByText('Each image').click();
      await expectFine(page);
      await page.keyboard.press('Escape');
      await page.getByRole('searchbox').fill(`${LONG} and nothing like it`);
      await page.getByText('Nothing matches').waitFor();
      await expectFine(page);
      await page.getByRole('button', { name: 'Bag empty' }).click();
      await page.getByText('It is empty').waitFor();
      await expectFine(page);
      await page.evaluate(() => {
        const lines = ['p1', 'p2', 'p3'].map((productId) => ({ productId, quantity: 2 }));
        localStorage.setItem('shoal.bag', JSON.stringify(lines));
      });
      await page.goto(`${site.origin().url}/product/p2`);
      await page.getByRole('button', { name: 'Add another (2 in the bag)' }).click();
      await expectEveryImageDecoded(page);
      await expectFine(page);
      await page.getByRole('link', { name: 'Go to checkout' }).click();
      await page.getByRole('button', { name: 'Place mock order' }).click();
      await page.getByText('Tell us who it is for.').waitFor();
      await expectFine(page);
      for (const [field, words] of [
        ['Name', LONG.slice(0, 60)],
        ['E-mail', 'ane@example.com'],
        ['Street and number', 'Kale Nagusia 1'],
        ['Postcode', '48001'],
        ['Town or city', 'Bilbo'],
      ] as const)
        await page.getByRole('textbox', { name: field }).fill(words);
      await page.getByRole('button', { name: 'Place mock order' }).click();
      await page.getByRole('heading', { name: 'That would have been it' }).waitFor();
      await expectFine(page);
    });

    it('a product, zoomed, one without photo, one that is not there, and a shop that is cut off', async () => {
      site.origin().products = products();
      const { page } = await site.open('/product/p1', { viewport });
      await expectEveryImageDecoded(page);
      await expectFine(page);
      await page.getByRole('button', { name: 'Zoom' }).click();
      await expectEveryImageDecoded(page);
      await expectFine(page);
      await page.goto(`${site.origin().url}/product/p3`);
      await page.getByText('No photo yet').waitFor();
      await expectFine(page);
      await page.goto(`${site.origin().url}/product/none`);
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
      await expectFine(page);
      await page.getByRole('link', { name: 'See all products' }).click();
      await page.route('**/api/edges', (route) => route.abort());
      await page.getByText('The shop cannot be reached just now').waitFor();
      await expectFine(page);
    });
  });
});
