/** The merchant's desk in a real browser: signing in, products, keys alone, narrow and wide windows. */
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, eventually } from '../support/fleet.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { deskPath, openDesk, productTitled, signIn, tabTo } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { overflow } from './support/overflow.ts';
import { openShop } from './support/shop-page.ts';

const HTML_TITLE = 'A <b>bowl</b> & <img src=x onerror=alert(1)>';

describe.skipIf(skipReason)(
  `the desk${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();

    it('a wrong token is told; the right one is in no address and in no storage, and a reload keeps the session', async () => {
      const desk = await openShop(desks.browser, `${desks.fleet.origin.url}/desk`);
      const { page } = desk;
      await signIn(page, 'wrong');
      await page.getByText('This is not the token of this origin.').waitFor();
      await signIn(page, ADMIN_TOKEN);
      await page.getByRole('heading', { name: 'No products yet' }).waitFor();
      const kept = await page.evaluate(() =>
        JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie]),
      );
      expect(kept).not.toContain(ADMIN_TOKEN);
      expect(kept).not.toContain('shoal-desk');
      await page.reload();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Admin token').waitFor();
      await page.reload();
      await page.getByLabel('Admin token').waitFor();
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('too many wrong tokens: the desk says to wait, and the right one still opens', async () => {
      const guess = () =>
        fetch(`${desks.fleet.origin.url}/admin/session`, {
          method: 'POST',
          headers: { authorization: 'Bearer no' },
        });
      while ((await guess()).status !== 429);
      const desk = await openShop(desks.browser, `${desks.fleet.origin.url}/desk`);
      await signIn(desk.page, 'wrong');
      await desk.page.getByText('Wait a minute').waitFor();
      await signIn(desk.page, ADMIN_TOKEN);
      await desk.page.getByRole('button', { name: 'Sign out' }).waitFor();
      await desk.close();
    });

    it('bad input is told at its field; a lost answer makes no second product; HTML in a title is text', async () => {
      const desk = await openDesk(desks.browser, desks.fleet, { at: '/desk/new' });
      const { page } = desk;
      const create = page.getByRole('button', { name: 'Create the product' });
      await page.getByLabel('Price').fill('cheap');
      await page.getByLabel('Currency').fill('euro');
      await create.click();
      await page.getByText('Title must not be empty').waitFor();
      await page.getByText('Price must be a number such as 49 or 49.90').waitFor();
      await page.getByText('Currency must be three capital letters').waitFor();
      expect(await page.locator('[aria-invalid]').count()).toBe(3);
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('title');

      await page.getByLabel('Title').fill(HTML_TITLE);
      await page.getByLabel('Price').fill('49,90');
      await page.getByLabel('Currency').fill('EUR');
      await page.route('**/admin/products', async (route) => {
        await route.fetch();
        await route.abort();
      });
      await create.click();
      await page.getByText('The origin did not answer.').waitFor();
      await page.unroute('**/admin/products');
      await create.click();
      await page.getByRole('heading', { level: 1, name: HTML_TITLE }).waitFor();
      const made = await productTitled(desks.fleet, HTML_TITLE);
      expect(made.map(({ priceCents }) => priceCents)).toEqual([4_990]);
      await page.getByRole('link', { name: 'All products' }).click();
      await page.getByRole('link', { name: HTML_TITLE }).waitFor();
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('words that are not saved outlive a walk through the desk, and leaving warns of them', async () => {
      const id = await desks.fleet.createProduct('Saved');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByLabel('Title').fill('Not saved');
      await page.getByText('Not saved yet.').waitFor();
      await page.getByRole('link', { name: 'All products' }).click();
      await page.getByRole('link', { name: 'Saved' }).click();
      expect(await page.getByLabel('Title').inputValue()).toBe('Not saved');
      const warned = page.waitForEvent('dialog');
      await page.close({ runBeforeUnload: true });
      expect((await warned).type()).toBe('beforeunload');
      await page.getByRole('button', { name: 'Undo the changes' }).click();
      expect(await page.getByLabel('Title').inputValue()).toBe('Saved');
      await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
      const closed = page.waitForEvent('close');
      await page.close({ runBeforeUnload: true });
      await closed;
      await desk.close();
    });

    it('with the keyboard alone: sign in, create and order products', async () => {
      await desks.product('Not by keys', 0);
      const opened = await openShop(desks.browser, `${desks.fleet.origin.url}/desk`);
      const { page } = opened;
      await page.getByLabel('Admin token').waitFor();
      await page.keyboard.type(ADMIN_TOKEN);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Products', level: 1 }).waitFor();
      await tabTo(page, 'New product');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'New product' }).waitFor();
      await tabTo(page, 'Title');
      await page.keyboard.type('By keys');
      await tabTo(page, 'Price');
      await page.keyboard.type('7');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'By keys' }).waitFor();
      await tabTo(page, 'Add photos');
      await tabTo(page, 'All products').catch(() => page.getByRole('link', { name: 'All products' }).focus());
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Products', level: 1 }).waitFor();
      await tabTo(page, /^Move By keys/);
      await page.keyboard.press('Home');
      await eventually(
        'the shop follows',
        async () => (await desks.fleet.products()).products[0]?.title === 'By keys',
      );
      await page.keyboard.press('ArrowDown');
      await eventually(
        'the handle kept the focus',
        async () => (await desks.fleet.products()).products[1]?.title === 'By keys',
      );
      expect(opened.problems).toEqual([]);
      await opened.close();
    });

    it.each([320, 1920])('nothing is wider than a window of %i px', async (width) => {
      const ten = await desks.product(`With a photo, ${width}`, 1);
      await desks.fleet.createProduct('Averyveryverylongtitlewithoutanyspaceinit'.repeat(4));
      const desk = await openDesk(desks.browser, desks.fleet, { viewport: { width, height: 800 } });
      const { page } = desk;
      await page.locator('.product-row__title').first().waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      for (const at of ['/desk/new', '/desk/unused', deskPath(ten)]) {
        await page.goto(`${desks.fleet.origin.url}${at}`);
        await page.getByRole('heading').first().waitFor();
        expect(await overflow(page), at).toBeLessThanOrEqual(0);
      }
      await page.locator('.tile__open').first().click();
      await page.locator('.compare').waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });
  },
);
