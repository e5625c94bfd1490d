/** Photos on their way at the desk, against a real origin and two edges: ready, failed, lost, cancelled. */

import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { UploadList } from '../../shared/api-types/admin.ts';
import { authorization, eventually } from '../support/fleet.ts';
import { startCutProxy } from './support/cut-proxy.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import {
  addPhotos,
  deskPath,
  imagesOf,
  openDesk,
  PHOTOS,
  photo,
  tileIds,
  uploadNames,
  uploadsIn,
} from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';

const TEXT_FILE = { name: 'notes <i>.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is no photo.') };

describe.skipIf(skipReason)(
  `uploads at the desk${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();

    it('ten photos become ready and reach every edge, in the order of their files; a text named .jpg fails on top', async () => {
      const id = await desks.fleet.createProduct('Ten photos');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
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
        const images = await imagesOf(desks.fleet, id);
        const onPage = await tileIds(page);
        return (
          images.at(-1)?.alt === 'Words <b>at once</b>' &&
          onPage.join() === images.map((image) => image.id).join()
        );
      });
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a photo whose answer was lost is found again, and is one image', async () => {
      const id = await desks.fleet.createProduct('Lost answer');
      const proxy = await startCutProxy(desks.fleet.origin.url);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id), origin: proxy.url });
      await desk.page.getByText('No photos yet.').waitFor();
      await addPhotos(desk.page, [photo(0)]);
      await eventually('the photo is at the origin', async () => {
        const answer = await fetch(`${desks.fleet.origin.url}/admin/uploads`, { headers: authorization() });
        const { uploads } = (await answer.json()) as UploadList;
        return uploads.some(({ productId, state }) => productId === id && state === 'processing');
      });
      proxy.cut();
      await uploadsIn(desk.page, 'ready', 1);
      expect(desk.failedRequests).not.toEqual([]);
      expect(await imagesOf(desks.fleet, id)).toHaveLength(1);
      expect(desk.problems).toEqual([]);
      await desk.close();
      await proxy.close();
    });

    it('what never arrived fails with Retry, and one press sends all of it again', async () => {
      const id = await desks.fleet.createProduct('Retried');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByText('No photos yet.').waitFor();
      await page.route('**/images', (route) => route.abort());
      await addPhotos(page, [photo(1), photo(2)]);
      await uploadsIn(page, 'failed', 2);
      expect(await page.getByRole('button', { name: 'Retry', exact: true }).count()).toBe(2);
      await page.unroute('**/images');
      await page.getByRole('button', { name: 'Retry all failed' }).press('Enter');
      await uploadsIn(page, 'ready', 2);
      // The button went, and left the focus to the list.
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('2 of 2 ready');
      expect(await imagesOf(desks.fleet, id)).toHaveLength(2);
      await desk.close();
    });

    it('what failed goes from the list at one press, the rest stays, and keys go on beside it', async () => {
      const id = await desks.fleet.createProduct('Cleared');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      const removeAll = page.getByRole('button', { name: 'Remove all failed' });
      const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
      const said = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();
      const empty = (name: string) => ({ ...TEXT_FILE, name, buffer: Buffer.alloc(0) });
      await page.getByText('No photos yet.').waitFor();
      // Never answered: it stays under way.
      await page.route('**/images', () => undefined);
      await addPhotos(page, [photo(4)]);
      await addPhotos(page, [empty('a.jpg')]);
      await uploadsIn(page, 'failed', 1);
      expect(await removeAll.count()).toBe(0);
      await addPhotos(page, [empty('b.jpg'), empty('c.jpg')]);
      await uploadsIn(page, 'failed', 3);
      await removeAll.press('Enter');
      await said('3 photos off the list');
      await uploadsIn(page, 'failed', 0);
      expect(await uploadNames(page)).toEqual([path.basename(photo(4))]);
      expect(await focused()).toBe('0 of 1 ready');
      await page.getByRole('button', { name: /^Cancel / }).click();
      await addPhotos(page, [empty('a.jpg'), empty('b.jpg')]);
      await removeAll.press('Enter');
      await said('2 photos off the list');
      await page.locator('.uploads').waitFor({ state: 'detached' });
      expect(await focused()).toBe('Add photos');
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('an upload that is cancelled is not published, and leaving warns while one is under way', async () => {
      const id = await desks.fleet.createProduct('Cancelled');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByRole('heading', { name: 'Photos' }).click();
      // Never answered: it stays under way.
      await page.route('**/images', () => undefined);
      await addPhotos(page, [photo(3)]);
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
      expect(await imagesOf(desks.fleet, id)).toEqual([]);
      await desk.close();
    });
  },
);

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
