/** The bag beside other tabs, and when the shop does not know, or does not say, what is in it. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { openProduct } from './support/shop-page.ts';
import { sampleProduct, useShopSite } from './support/shop-site.ts';

const CHECKOUT_BUTTON = { name: 'Go to checkout' };

describe.skipIf(skipReason)(`the bag${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useShopSite(['bowl.jpg']);

  /** Opens the shop with this in the bag from a visit before. */
  const openWithBag = async (address: string, ...productIds: readonly string[]): Promise<Page> => {
    site.origin().products = [1, 2, 3].map((number) => sampleProduct(number));
    const { page } = await site.open('/', { serviceWorkers: 'block' });
    await store(page, productIds);
    await page.goto(site.origin().url + address);
    return page;
  };

  it('what is no longer sold is told apart from an empty bag, and can be taken out', async () => {
    const page = await openWithBag('/', 'gone', 'p1', 'gone too');
    await page.locator('.card').first().waitFor();
    await page.getByRole('button', { name: 'Bag 3 items' }).click();
    const bag = page.getByRole('dialog');
    await bag.getByText('2 products in it are no longer sold.').waitFor();
    await bag.getByRole('button', { name: 'Take them out' }).click();
    await bag.getByText('no longer sold').waitFor({ state: 'detached' });
    expect(await stored(page)).toEqual(['p1']);
    await store(page, ['gone']);
    await page.goto(`${site.origin().url}/checkout`);
    await page.getByText('One product in it is no longer sold.').waitFor();
    await page.getByRole('button', { name: 'Take it out' }).click();
    await page.getByRole('heading', { name: 'Your bag is empty' }).waitFor();
  });

  it('taken out with keys, a product leaves the focus in the bag', async () => {
    const page = await openWithBag('/', 'p1', 'p2');
    await page.getByRole('button', { name: 'Bag 2 items' }).press('Enter');
    for (const number of [1, 2]) {
      const fewer = page.getByRole('button', { name: `One fewer of Product ${number}` });
      await fewer.press('Enter');
      await fewer.waitFor({ state: 'detached' });
      const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      expect(label).toBe('Close the bag');
    }
    expect(await stored(page)).toEqual([]);
  });

  it('whoever is faster than a frame on the next page keeps the focus there', async () => {
    const page = await openWithBag('/', 'p1');
    await page.getByRole('button', { name: 'Bag 1 item' }).press('Enter');
    await page.getByRole('link', CHECKOUT_BUTTON).waitFor();
    const named = await page.evaluate(async () => {
      const field = () => document.querySelector<HTMLInputElement>('input[name="name"]');
      const standing = new Promise<void>((resolve) => {
        new MutationObserver(() => field() && resolve()).observe(document.body, {
          childList: true,
          subtree: true,
        });
      });
      document.querySelector<HTMLElement>('a[href="/checkout"]')?.click();
      await standing;
      // Asked for after the page stands, and before it is painted.
      await Promise.resolve();
      field()?.focus();
      for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
      return document.activeElement?.getAttribute('name');
    });
    expect(named).toBe('name');
  });

  it('a bag whose products do not come is not called empty, and is shown when they come', async () => {
    site.origin().catalogDown = true;
    const page = await openWithBag('/', 'p1', 'p2');
    await page.getByRole('heading', { name: 'We could not reach the shop' }).waitFor();
    await page.getByRole('button', { name: 'Bag 2 items' }).click();
    const bag = page.getByRole('dialog');
    await bag.getByText('cannot be shown').waitFor();
    expect(await bag.getByRole('link', CHECKOUT_BUTTON).count()).toBe(0);
    await page.goto(`${site.origin().url}/checkout`);
    await page.getByText('cannot be shown').waitFor();
    site.origin().catalogDown = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    expect(await page.locator('.checkout__summary li').count()).toBe(2);
  });

  it('a list that did not come is asked for again without being told to', async () => {
    site.origin().catalogDown = true;
    const page = await openWithBag('/');
    await page.getByRole('heading', { name: 'We could not reach the shop' }).waitFor();
    site.origin().catalogDown = false;
    await page.locator('.card').first().waitFor();
  });

  it('what another tab put in stays, also before its event has come', async () => {
    const page = await openWithBag('/');
    await openProduct(page, 'Product 1');
    // A page hears nothing of what it writes itself.
    await store(page, ['p2']);
    await page.getByRole('button', { name: 'Add to bag' }).click();
    await page.getByRole('button', { name: 'Close the bag' }).click();
    await page.getByRole('button', { name: 'Bag 2 items' }).waitFor();
    expect(await stored(page)).toEqual(['p2', 'p1']);
  });

  it('a page that was kept for the way back has the bag as it is now', async () => {
    const page = await openWithBag('/', 'p1');
    await page.getByRole('button', { name: 'Bag 1 item' }).waitFor();
    await store(page, ['p1', 'p2']);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await page.getByRole('button', { name: 'Bag 2 items' }).waitFor();
  });

  it('a bag that storage has no room for lasts as long as the page', async () => {
    const page = await openWithBag('/');
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    for (const title of ['Product 1', 'Product 2']) {
      await openProduct(page, title);
      await page.getByRole('button', { name: 'Add to bag' }).click();
      await page.getByRole('button', { name: 'Close the bag' }).click();
      await page.getByRole('link', { name: 'All products' }).click();
    }
    await page.getByRole('button', { name: 'Bag 2 items' }).waitFor();
  });
});

const store = (page: Page, productIds: readonly string[]) =>
  page.evaluate((ids) => {
    localStorage.setItem('shoal.bag', JSON.stringify(ids.map((productId) => ({ productId, quantity: 1 }))));
  }, productIds);

const stored = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (JSON.parse(localStorage.getItem('shoal.bag') ?? '[]') as { productId: string }[]).map(
      ({ productId }) => productId,
    ),
  );
