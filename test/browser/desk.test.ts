/** The merchant's desk in a real browser, against a real origin and two edges. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UploadList } from '../../shared/api-types/admin.ts';
import { ADMIN_TOKEN, authorization, eventually, Fleet } from '../support/fleet.ts';
import { startCutProxy } from './support/cut-proxy.ts';
import {
  addPhotos,
  imagesOf,
  openDesk,
  overflow,
  PHOTOS,
  productTitled,
  signIn,
  tabTo,
  uploadNames,
  uploadsIn,
} from './support/desk-page.ts';
import { launchBrowser, skipReason } from './support/launch-browser.ts';
import { openShop } from './support/shop-page.ts';

/** Each photo is twelve encodes or more; the machine may be busy. */
const TEN_PHOTOS_MS = 120_000;
const HTML_TITLE = 'A <b>bowl</b> & <img src=x onerror=alert(1)>';
const TEXT_FILE = { name: 'notes <i>.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is no photo.') };

describe.skipIf(skipReason)(`the desk${skipReason ? ` (${skipReason})` : ''}`, () => {
  const fleet = new Fleet();
  let browser: Browser;

  beforeAll(async () => {
    await fleet.startOrigin();
    await Promise.all(['alba', 'boca'].map((name) => fleet.startEdge({ name })));
    browser = await launchBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await fleet.close();
  });

  const productPage = (id: string) => `/desk/product/${id}`;
  const first = (index: number) => PHOTOS[index] as string;

  it('a wrong token is told; the right one is in no address and in no storage, and a reload keeps the session', async () => {
    const desk = await openShop(browser, `${fleet.origin.url}/desk`);
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
      fetch(`${fleet.origin.url}/admin/session`, { method: 'POST', headers: { authorization: 'Bearer no' } });
    while ((await guess()).status !== 429);
    const desk = await openShop(browser, `${fleet.origin.url}/desk`);
    await signIn(desk.page, 'wrong');
    await desk.page.getByText('Wait a minute').waitFor();
    await signIn(desk.page, ADMIN_TOKEN);
    await desk.page.getByRole('button', { name: 'Sign out' }).waitFor();
    await desk.close();
  });

  it('bad input is told at its field; a lost answer makes no second product; HTML in a title is text', async () => {
    const desk = await openDesk(browser, fleet, { at: '/desk/new' });
    const { page } = desk;
    const create = page.getByRole('button', { name: 'Create the product' });
    await page.getByLabel('Price').fill('cheap');
    await page.getByLabel('Currency').fill('euro');
    await create.click();
    await page.getByText('Title must not be empty').waitFor();
    await page.getByText('Price must be a whole number of cents').waitFor();
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
    const made = await productTitled(fleet, HTML_TITLE);
    expect(made.map(({ priceCents }) => priceCents)).toEqual([4_990]);
    await page.getByRole('link', { name: 'All products' }).click();
    await page.getByRole('link', { name: HTML_TITLE }).waitFor();
    expect(desk.problems).toEqual([]);
    await desk.close();
  });

  it(
    'ten photos become ready and reach every edge, in the order of their files; a text named .jpg fails on top',
    async () => {
      const id = await fleet.createProduct('Ten photos');
      const desk = await openDesk(browser, fleet, { at: productPage(id) });
      const { page } = desk;
      await page.getByText('No photos yet.').waitFor();
      const states = await watchStates(page);
      await addPhotos(page, PHOTOS);
      await page
        .getByLabel(/^What .* shows/)
        .last()
        .fill('Words <b>at once</b>');
      await addPhotos(page, [TEXT_FILE]);
      await uploadsIn(page, 'failed', 1);
      expect((await uploadNames(page))[0]).toBe(TEXT_FILE.name);
      await page.getByText('The file is not an image').waitFor();
      expect(await page.getByRole('button', { name: 'Retry all failed' }).count()).toBe(0);
      await page.getByRole('button', { name: `Remove ${TEXT_FILE.name}` }).click();
      await uploadsIn(page, 'failed', 0);
      await uploadsIn(page, 'ready', 10);
      await eventually('all are on both edges', async () => {
        const rows = await page.locator('.upload__state').allTextContents();
        return rows.length === 10 && rows.every((words) => words === 'Ready, on 2 of 2 edges');
      });
      expect(await page.getByText('on 2 of 2 edges').count()).toBe(20);
      const seen = await states();
      for (const part of ['Waiting', 'Uploading', 'Processing']) expect(seen).toContain(part);
      expect(seen).toMatch(/rendition \d+ of 1[25]/);
      // The last file got its words while the others went.
      await eventually('words and order are those of the files', async () => {
        const images = await imagesOf(fleet, id);
        const onPage = await tileIds(page);
        return (
          images.at(-1)?.alt === 'Words <b>at once</b>' &&
          onPage.join() === images.map((image) => image.id).join()
        );
      });
      expect(desk.problems).toEqual([]);
      await desk.close();
    },
    TEN_PHOTOS_MS,
  );

  it('a photo whose answer was lost is found again, and is one image', async () => {
    const id = await fleet.createProduct('Lost answer');
    const proxy = await startCutProxy(fleet.origin.url);
    const desk = await openDesk(browser, fleet, { at: productPage(id), origin: proxy.url });
    await desk.page.getByText('No photos yet.').waitFor();
    await addPhotos(desk.page, [first(0)]);
    await eventually('the photo is at the origin', async () => {
      const answer = await fetch(`${fleet.origin.url}/admin/uploads`, { headers: authorization() });
      const { uploads } = (await answer.json()) as UploadList;
      return uploads.some(({ productId, state }) => productId === id && state === 'processing');
    });
    proxy.cut();
    await uploadsIn(desk.page, 'ready', 1);
    expect(desk.failedRequests).not.toEqual([]);
    expect(await imagesOf(fleet, id)).toHaveLength(1);
    expect(desk.problems).toEqual([]);
    await desk.close();
    await proxy.close();
  });

  it('what never arrived fails with Retry, and one press sends all of it again', async () => {
    const id = await fleet.createProduct('Retried');
    const desk = await openDesk(browser, fleet, { at: productPage(id) });
    const { page } = desk;
    await page.getByText('No photos yet.').waitFor();
    await page.route('**/images', (route) => route.abort());
    await addPhotos(page, [first(1), first(2)]);
    await uploadsIn(page, 'failed', 2);
    expect(await page.getByRole('button', { name: 'Retry', exact: true }).count()).toBe(2);
    await page.unroute('**/images');
    await page.getByRole('button', { name: 'Retry all failed' }).click();
    await uploadsIn(page, 'ready', 2);
    expect(await imagesOf(fleet, id)).toHaveLength(2);
    await desk.close();
  });

  it('an upload that is cancelled is not published, and leaving warns while one is under way', async () => {
    const id = await fleet.createProduct('Cancelled');
    const desk = await openDesk(browser, fleet, { at: productPage(id) });
    const { page } = desk;
    await page.getByRole('heading', { name: 'Photos' }).click();
    // Never answered: it stays under way.
    await page.route('**/images', () => undefined);
    await addPhotos(page, [first(3)]);
    await uploadsIn(page, 'uploading', 1);
    // Within the desk it goes on, and is shown.
    await page.getByRole('link', { name: 'All products' }).click();
    await page.getByText('1 on the way').first().waitFor();
    const warned = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await warned).type()).toBe('beforeunload');
    await page.getByRole('complementary', { name: 'All uploads' }).getByRole('link').click();
    await page.getByRole('button', { name: /^Cancel / }).click();
    await page.locator('.uploads').waitFor({ state: 'detached' });
    expect(await imagesOf(fleet, id)).toEqual([]);
    await desk.close();
  });

  it('with the keyboard alone: sign in, create, order products and photos', async () => {
    const opened = await openShop(browser, `${fleet.origin.url}/desk`);
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
      async () => (await fleet.products()).products[0]?.title === 'By keys',
    );
    await page.keyboard.press('ArrowDown');
    await eventually(
      'the handle kept the focus',
      async () => (await fleet.products()).products[1]?.title === 'By keys',
    );

    const [ten] = await productTitled(fleet, 'Ten photos');
    const before = (await imagesOf(fleet, ten?.id ?? '')).map(({ id }) => id);
    await page.getByRole('link', { name: 'Ten photos' }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, /^Move Photo 1 of 10/);
    await page.keyboard.press('ArrowRight');
    const wanted = [before[1], before[0], ...before.slice(2)].join();
    await eventually('the photos follow', async () => {
      const now = await imagesOf(fleet, ten?.id ?? '');
      return now.map(({ id }) => id).join() === wanted;
    });
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  it('a photo is dragged to another place', async () => {
    const [ten] = await productTitled(fleet, 'Ten photos');
    const id = ten?.id ?? '';
    const before = (await imagesOf(fleet, id)).map((image) => image.id);
    const desk = await openDesk(browser, fleet, { at: productPage(id) });
    const grip = desk.page.getByRole('button', { name: /^Move Photo 1 of 10/ });
    await grip.hover();
    await desk.page.mouse.down();
    await desk.page.locator('.tile').nth(2).hover();
    await desk.page.mouse.up();
    await eventually('it stands third', async () => {
      const now = (await imagesOf(fleet, id)).map((image) => image.id);
      return now.join() === [before[1], before[2], before[0], ...before.slice(3)].join();
    });
    await desk.close();
  });

  it('a purge tells each edge with its time, and a photo taken off its product waits among the unused', async () => {
    const [ten] = await productTitled(fleet, 'Ten photos');
    const id = ten?.id ?? '';
    const [purged, unused] = await imagesOf(fleet, id);
    const desk = await openDesk(browser, fleet, { at: productPage(id) });
    const { page } = desk;
    await page.getByRole('button', { name: /^Photo 1 of 10/ }).click();
    await page.getByRole('slider').press('ArrowRight');
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/^51 %/);
    await page.getByText('renditions, AVIF beside JPEG').click();
    await page
      .getByRole('cell', { name: /% less/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Purge…' }).click();
    await page.getByRole('button', { name: 'Purge it everywhere' }).click();
    await page.getByText('from 2 of 2 edges').waitFor();
    expect(await page.locator('.purge__edge').allTextContents()).toEqual([
      expect.stringMatching(/^alba.*after [\d.]+ ms$/),
      expect.stringMatching(/^boca.*after [\d.]+ ms$/),
    ]);
    expect((await fetch(`${fleet.origin.url}/images/${purged?.id}/160.webp`)).status).toBe(404);
    await page.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: /^Photo 1 of 9/ }).click();
    await page.getByRole('button', { name: 'Take it off the product' }).click();
    await page.getByRole('button', { name: /^Photo 1 of 8/ }).waitFor();
    expect((await fetch(`${fleet.origin.url}/images/${unused?.id}/160.webp`)).status).toBe(200);
    await page.getByRole('link', { name: 'Unused photos' }).click();
    await page.locator(`.tile[data-image-id="${unused?.id}"]`).getByRole('button').click();
    await page.getByText('from 2 of 2 edges').waitFor();
    await page.getByRole('heading', { name: 'Every photo is in use' }).waitFor();
    expect(desk.problems).toEqual([]);
    await desk.close();
  });

  it.each([320, 1920])('nothing is wider than a window of %i px', async (width) => {
    const [ten] = await productTitled(fleet, 'Ten photos');
    await fleet.createProduct('Averyveryverylongtitlewithoutanyspaceinit'.repeat(4));
    const desk = await openDesk(browser, fleet, { viewport: { width, height: 800 } });
    const { page } = desk;
    await page.locator('.product-row__title').first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    for (const at of ['/desk/new', '/desk/unused', productPage(ten?.id ?? '')]) {
      await page.goto(`${fleet.origin.url}${at}`);
      await page.getByRole('heading').first().waitFor();
      expect(await overflow(page), at).toBeLessThanOrEqual(0);
    }
    await page.locator('.tile__open').first().click();
    await page.locator('.compare').waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(desk.problems).toEqual([]);
    await desk.close();
  });
});

/** Every state that the rows show from now on, as text. */
async function watchStates(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { shoalStates: seen });
    new MutationObserver(() => {
      for (const each of document.querySelectorAll('.upload__state')) seen.add(each.textContent ?? '');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () =>
    page.evaluate(() => [...(window as unknown as { shoalStates: Set<string> }).shoalStates].join('\n'));
}

function tileIds(page: Page): Promise<string[]> {
  return page
    .locator('.tile')
    .evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-image-id') ?? ''));
}
