/** The way back, and places on a page. */
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { openProduct } from './support/shop-page.ts';
import { sampleProduct, useShopSite } from './support/shop-site.ts';

describe.skipIf(skipReason)(`history of the shop${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useShopSite(['bowl.jpg']);

  it('a place on the page is no visit: the skip link, and the way back from it, leave what was typed', async () => {
    site.origin().products = [sampleProduct(1)];
    const { page } = await site.open('/product/p1');
    await page.getByRole('button', { name: 'Add to bag' }).click();
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.fill('Ane');
    await page.locator('.skip-link').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#main');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(await name.inputValue()).toBe('Ane');
    await page.goBack();
    await page.waitForFunction(() => location.hash === '');
    expect(await name.inputValue()).toBe('Ane');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Product 1' }).waitFor();
  });

  it('the way back leads to where the shopper was, in a list that was unfolded too', async () => {
    site.origin().products = Array.from({ length: 200 }, (_, index) => sampleProduct(index + 1));
    const { page } = await site.open('/');
    await page.getByRole('button', { name: 'Show more (152)' }).click();
    await page.locator('.card').nth(90).scrollIntoViewIfNeeded();
    const before = await page.evaluate(() => scrollY);
    await openProduct(page, 'Product 91');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.goBack();
    await page.getByRole('button', { name: 'Show more (104)' }).waitFor();
    expect(await page.evaluate(() => scrollY)).toBe(before);
    // Another view of the list begins folded.
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('price-down');
    await page.getByRole('button', { name: 'Show more (152)' }).waitFor();
  });
});
