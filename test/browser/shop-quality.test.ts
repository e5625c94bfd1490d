/** What every state of the shop owes to everybody: readable, reachable by keys, at any width, light and dark. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/fleet.ts';
import { skipReason } from './support/launch-browser.ts';
import { useRealShop } from './support/real-shop.ts';
import { expectEveryImageDecoded, expectNoLayoutShift, productTitles } from './support/shop-page.ts';
import { samplePhoto } from './support/use-fleet.ts';

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze, '.repeat(4).slice(0, 199);
const SCRIPT_GZIP_BYTES_MAX = 40_000;

describe.skipIf(skipReason)(`the shop for everybody${skipReason ? ` (${skipReason})` : ''}`, () => {
  let bowl: string;
  const { fleet, visit } = useRealShop(async (shop) => {
    bowl = await shop.createProduct('Bowl', { category: 'Kitchen' });
    for (const file of ['bowl.jpg', 'brushes.jpg']) await shop.upload(bowl, await samplePhoto(file));
    const others = [await shop.createProduct(LONG, { category: 'Very long '.repeat(5) })];
    for (const title of ['Drum', 'Table', 'Print']) others.push(await shop.createProduct(title));
    await shop.upload(others[1]!, await samplePhoto('djembe.jpg'));
    return 3;
  });
  const open = async (address = '/', options: BrowserContextOptions = {}): Promise<Page> =>
    (await visit(fleet.origin.url + address, options)).page;

  it('with keys alone: a product, zoomed and turned, into the bag, and through a checkout with bad answers', async () => {
    const page = await open(`/product/${bowl}`);
    await expectEveryImageDecoded(page);
    await page.getByRole('button', { name: 'Zoom' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.gallery__stage--zoomed').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.gallery__stage:not(.gallery__stage--zoomed)').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Photo 2 of 2' }).and(page.locator('[aria-current]')).waitFor();
    await page.getByRole('button', { name: 'Add to bag' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Go to checkout' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Name' }).focus();
    await page.keyboard.type('<b>Ane</b>');
    await page.keyboard.press('Tab');
    await page.keyboard.type('ane at example');
    await page.keyboard.press('Enter');
    await page.getByText('That is no e-mail address').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('email');
    expect(await page.locator('[aria-invalid]').count()).toBe(4);
    await page.keyboard.press('Control+A');
    for (const answer of ['ane@example.com', 'Kale Nagusia 1', '48001', 'Bilbo']) {
      await page.keyboard.type(answer);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'That would have been it' }).waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Thank you, <b>Ane</b>.');
    await page.getByRole('button', { name: 'Bag empty' }).waitFor();
  });

  it.each([320, 1920])('at %i pixels nothing is wider than the screen, and nothing moves', async (width) => {
    const page = await open('/', { viewport: { width, height: 900 } });
    for (const address of ['/', `/product/${bowl}`, '/checkout']) {
      await page.goto(fleet.origin.url + address);
      if (address === '/checkout') await page.getByRole('heading', { level: 1 }).waitFor();
      else await expectEveryImageDecoded(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, address).toBeLessThanOrEqual(0);
      await expectNoLayoutShift(page);
    }
  });

  it('a shelf holds its products, and its address leads back to it', async () => {
    const page = await open();
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Kitchen' }).click();
    expect(await productTitles(page)).toEqual(['Bowl']);
    expect(new URL(page.url()).search).toBe('?category=Kitchen');
    await page.reload();
    await page.locator('.card').first().waitFor();
    expect(await productTitles(page)).toEqual(['Bowl']);
  });

  it('without script the shop is a list of words, prices and photos', async () => {
    const page = await open('/', { javaScriptEnabled: false });
    expect(await page.getByRole('main').getByRole('listitem').count()).toBeGreaterThan(4);
    await page.getByRole('link', { name: 'Bowl' }).click();
    await page.getByRole('heading', { level: 1, name: 'Bowl' }).waitFor();
    const photos = page.getByRole('main').locator('img');
    expect(await photos.first().getAttribute('srcset')).toContain('?w=640 640w');
    expect(await photos.count()).toBe(2);
  });

  it(`the scripts of a first visit are at most ${SCRIPT_GZIP_BYTES_MAX / 1000} kB, compressed`, async () => {
    const page = await open('/', { serviceWorkers: 'block' });
    await page.locator('.card').first().waitFor();
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((name) => name.endsWith('.js')),
    );
    const bytes = scripts.map(
      (name) => gzipSync(readFileSync(path.join(PROJECT, 'dist/storefront', name))).length,
    );
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(SCRIPT_GZIP_BYTES_MAX);
  });
});
