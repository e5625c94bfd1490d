/** The desk when something comes between: a session that ends, another desk, a lost answer, a file that changed. */
import { copyFile, mkdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { UploadAnswer, UploadList } from '../../shared/api-types/admin.ts';
import { ADMIN_TOKEN, authorization, eventually } from '../support/fleet.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import {
  addPhotos,
  deskPath,
  imagesOf,
  openDesk,
  photo,
  signIn,
  tileIds,
  uploadsIn,
} from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { narrowPhoto } from './support/use-fleet.ts';

describe.skipIf(skipReason)(
  `trouble at the desk${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();
    const call = (method: string, at: string, body?: unknown) =>
      fetch(`${desks.fleet.origin.url}/admin${at}`, {
        method,
        headers: { ...authorization(), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const uploadsOf = async (productId: string): Promise<UploadAnswer[]> => {
      const { uploads } = (await (await call('GET', '/uploads')).json()) as UploadList;
      return uploads.filter((upload) => upload.productId === productId);
    };

    it('a session that ran out takes no photo and no word with it, however many answers say so', async () => {
      const id = await desks.fleet.createProduct('Session over');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByLabel('Title').fill('Not saved');
      await page.getByText('Not saved yet.').waitFor();
      let refusals = 0;
      page.on('response', (response) => {
        if (response.status() === 401) refusals += 1;
      });
      await page.evaluate(() => fetch('/admin/session', { method: 'DELETE' }));
      await addPhotos(page, await narrowFiles([0, 1, 2, 3, 4]));
      await page.getByText('Your session is over.').waitFor();
      await eventually('several answers said so', () => refusals > 1);
      await signIn(page, ADMIN_TOKEN);
      expect(await page.getByLabel('Title').inputValue()).toBe('Not saved');
      const retry = page.getByRole('button', { name: 'Retry all failed' });
      await eventually('all are ready', async () => {
        if ((await retry.count()) > 0) await retry.click();
        return (await page.locator('.upload[data-state="ready"]').count()) === 5;
      });
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('signing out stops what is not ready, as it says, also what the origin works on by then', async () => {
      const busy = await desks.fleet.createProduct('Keeps the workers busy');
      const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
      const fillers = Array.from({ length: 3 }, async (_, at) => {
        const create = { width: 1_600, height: 1_600 + at, channels: 3, background: 'teal', noise } as const;
        return desks.fleet.upload(busy, new Uint8Array(await sharp({ create }).jpeg().toBuffer()));
      });
      await eventually('all of them are worked on', async () => {
        const uploads = await uploadsOf(busy);
        return uploads.length === 3 && uploads.every(({ state }) => state !== 'uploading');
      });
      const id = await desks.fleet.createProduct('Signed out');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await addPhotos(page, await narrowFiles([0]));
      await uploadsIn(page, 'processing', 1);
      await eventually('the origin has it', async () => (await uploadsOf(id))[0]?.state === 'processing');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Stop them and sign out' }).click();
      await page.getByLabel('Admin token').waitFor();
      await Promise.all(fillers);
      await eventually('it is stopped', async () => (await uploadsOf(id))[0]?.state === 'failed');
      expect(await imagesOf(desks.fleet, id)).toEqual([]);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('whom the origin did not sign out is told so', async () => {
      const desk = await openDesk(desks.browser, desks.fleet);
      const { page } = desk;
      await page.route('**/admin/session', (route) => route.abort());
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'You are still signed in' }).waitFor();
      await page.unroute('**/admin/session');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByLabel('Admin token').waitFor();
      await page.reload();
      await page.getByLabel('Admin token').waitFor();
      await desk.close();
    });

    it('a list that is cut off is told, with a way to try again', async () => {
      const desk = await openDesk(desks.browser, desks.fleet);
      const { page } = desk;
      const cut = { status: 200, contentType: 'application/json', body: '{"products":[{"id' };
      await page.route('**/admin/products', (route) => route.fulfill(cut));
      await page.reload();
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      await page.unroute('**/admin/products');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByPlaceholder(/^Find one of/).waitFor();
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a file that changed after it was chosen, or a folder, is told as that', async () => {
      const id = await desks.fleet.createProduct('Changed file');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      const file = path.join(tempDirectory(), 'changes.jpg');
      await copyFile(photo(0), file);
      // Three that are never answered: the fourth waits until one of them is cancelled.
      await page.route('**/images', () => undefined);
      await addPhotos(page, [photo(1), photo(2), photo(3), file]);
      await uploadsIn(page, 'waiting', 1);
      await page.unroute('**/images');
      await copyFile(photo(4), file);
      await utimes(file, 1, 1);
      await page.getByRole('button', { name: `Cancel ${path.basename(photo(1))}` }).click();
      await uploadsIn(page, 'failed', 1);
      await page.getByText('The file cannot be read').waitFor();
      expect(await page.getByRole('button', { name: 'Retry', exact: true }).count()).toBe(0);
      await desk.close();
    });

    it('a folder dropped on a product is no photo, and the veil goes also when what lay under it went first', async () => {
      const id = await desks.product('Veil', 1);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      const dropped = path.join(tempDirectory(), 'photos');
      await mkdir(dropped);
      const drag = await realDrag(page, [dropped]);
      await drag('dragEnter', '#photos-heading');
      await page.locator('.drop-veil').waitFor();
      await page.evaluate(() => document.querySelector('#photos-heading')?.remove());
      await drag('dragOver', '#words-heading');
      await drag('dragOver', '.tool-header__home');
      await page.locator('.drop-veil').waitFor({ state: 'detached' });
      await drag('dragOver', '#words-heading');
      await page.locator('.drop-veil').waitFor();
      await drag('drop', '#words-heading');
      await page.locator('.drop-veil').waitFor({ state: 'detached' });
      await uploadsIn(page, 'failed', 1);
      await page.getByText(/The file cannot be read|The file is empty/).waitFor();
      await desk.close();
    });

    it('words typed when the photo is ready stand at the photo', async () => {
      const id = await desks.fleet.createProduct('Words after');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await addPhotos(page, await narrowFiles([5]));
      await uploadsIn(page, 'ready', 1);
      await page.getByText('no words yet').waitFor();
      await page.getByLabel(/^What .* shows/).fill('A clock');
      await page.getByRole('button', { name: 'Photo 1 of 1: A clock' }).waitFor();
      expect((await imagesOf(desks.fleet, id)).map(({ alt }) => alt)).toEqual(['A clock']);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a photo that the product had already stays in its place', async () => {
      const id = await desks.product('Again', 2);
      const before = (await imagesOf(desks.fleet, id)).map((image) => image.id);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await addPhotos(page, await narrowFiles([0, 3]));
      await uploadsIn(page, 'ready', 2);
      await page.locator('.tile').nth(2).waitFor();
      await page.waitForLoadState('networkidle');
      const after = (await imagesOf(desks.fleet, id)).map((image) => image.id);
      expect([after.length, after.slice(0, 2)]).toEqual([3, before]);
      expect(await tileIds(page)).toEqual(after);
      await desk.close();
    });

    it('an order that was not saved is told, and not shown as if it were', async () => {
      const id = await desks.product('Not ordered', 2);
      const other = await desks.fleet.createProduct('After it');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.locator('.tile').nth(1).waitFor();
      const before = await tileIds(page);
      await page.route('**/admin/products**', (route) => route.abort());
      await page.route('**/admin/products/**', (route) => route.abort());
      await page.getByRole('button', { name: /^Move Photo 1 of 2/ }).press('ArrowRight');
      await page.getByText('The origin did not answer.').waitFor();
      expect(await tileIds(page)).toEqual(before);
      await page.getByRole('link', { name: 'All products' }).click();
      const rows = () =>
        page.locator('.product-row').evaluateAll((all) => all.map((row) => row.getAttribute('data-sort-id')));
      expect((await rows()).slice(-2)).toEqual([id, other]);
      await page.getByRole('button', { name: /^Move After it/ }).press('ArrowUp');
      await page.getByText('The origin did not answer.').waitFor();
      expect((await rows()).slice(-2)).toEqual([id, other]);
      await desk.close();
    });

    it('what is being purged cannot be kept any more, and is purged once', async () => {
      const id = await desks.product('Purged once', 1);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      let purges = 0;
      let go = () => {};
      const waits = new Promise<void>((resolve) => {
        go = resolve;
      });
      await page.route('**/admin/images/*', async (route) => {
        purges += 1;
        await waits;
        await route.continue();
      });
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).click();
      await page.getByRole('button', { name: 'Purge…' }).click();
      await page.getByRole('button', { name: 'Purge it everywhere' }).click();
      await page.getByRole('button', { name: 'Purging…' }).dispatchEvent('click');
      expect(await page.getByRole('button', { name: 'Keep it' }).count()).toBe(0);
      go();
      await page.getByText('from 2 of 2 edges').waitFor();
      expect(purges).toBe(1);
      await desk.close();
    });

    describe('two desks', () => {
      it('a product saved at the other one is shown as it is saved, and not taken back by the next save', async () => {
        const id = await desks.fleet.createProduct('Old title');
        const desk = await openDesk(desks.browser, desks.fleet);
        const { page } = desk;
        await page.getByRole('link', { name: 'Old title' }).waitFor();
        await call('PATCH', `/products/${id}`, { title: 'New title' });
        await page.getByRole('link', { name: 'Old title' }).click();
        await page.getByRole('heading', { level: 1, name: 'New title' }).waitFor();
        expect(await page.getByLabel('Title').inputValue()).toBe('New title');
        expect(await page.getByText('Not saved yet.').count()).toBe(0);
        await page.getByLabel('Price').fill('7');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
        const { products } = await desks.fleet.products();
        const saved = products.find((product) => product.id === id);
        expect([saved?.title, saved?.priceCents]).toEqual(['New title', 700]);
        await desk.close();
      });

      it('a product deleted at the other one is gone here too, and its failed photos can be taken away', async () => {
        const id = await desks.fleet.createProduct('Deleted elsewhere');
        const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
        const { page } = desk;
        await page.getByText('No photos yet.').waitFor();
        await call('DELETE', `/products/${id}`);
        await addPhotos(page, [photo(6)]);
        await uploadsIn(page, 'failed', 1);
        await page.getByRole('link', { name: 'All products' }).click();
        const dock = page.getByRole('complementary', { name: 'All uploads' });
        await dock.getByRole('link').click();
        await page.getByRole('heading', { name: 'There is no such product' }).waitFor();
        await page.getByRole('button', { name: /^Remove / }).click();
        await page.getByRole('link', { name: 'To the products' }).click();
        await page.getByRole('heading', { level: 1, name: 'Products', exact: true }).waitFor();
        expect(await dock.count()).toBe(0);
        expect(await page.getByRole('link', { name: 'Deleted elsewhere' }).count()).toBe(0);
        await desk.close();
      });
    });
  },
);

/** The first of them are those that `desks.product` uploads. */
function narrowFiles(indexes: number[]) {
  return Promise.all(
    indexes.map(async (at) => ({
      name: `${at}.jpg`,
      mimeType: 'image/jpeg',
      buffer: Buffer.from(await narrowPhoto(path.basename(photo(at)), 400)),
    })),
  );
}

/** A drag of files as the browser itself makes it out of what the system tells. */
async function realDrag(page: Page, files: string[]) {
  const session = await page.context().newCDPSession(page);
  return async (type: 'dragEnter' | 'dragOver' | 'drop', selector: string): Promise<void> => {
    const box = await page.locator(selector).boundingBox();
    if (box === null) throw new Error(`${selector} is not there`);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await session.send('Input.dispatchDragEvent', {
      type,
      x,
      y,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  };
}
