/** The ways by which photos come to the desk: dropped, pasted, hundreds at once. */
import type { JSHandle, Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/fleet.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { addPhotos, deskPath, imagesOf, openDesk, photo, uploadsIn } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { overflow } from './support/overflow.ts';

const MANY = 300;
const HTML_NAME = 'a <b>bowl</b> <img src=x onerror=alert(1)>.jpg';

describe.skipIf(skipReason)(
  `photos come to the desk${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();

    it('files dropped anywhere on a product are its photos; HTML in a name is text; elsewhere nothing opens', async () => {
      const id = await desks.fleet.createProduct('Dropped on');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByText('No photos yet.').waitFor();
      const files = await dragged(page, await small(0), HTML_NAME);
      const details = page.getByRole('heading', { name: 'Details' });
      await details.dispatchEvent('dragenter', { dataTransfer: files });
      await page.getByText('Drop photos for Dropped on').waitFor();
      await details.dispatchEvent('drop', { dataTransfer: files });
      await page.locator('.drop-veil').waitFor({ state: 'detached' });
      await uploadsIn(page, 'ready', 1);
      expect(await page.locator('.upload__name').textContent()).toBe(HTML_NAME);

      await page.getByRole('link', { name: 'All products' }).click();
      const row = page.locator('.product-row', { hasText: 'Dropped on' });
      await row.dispatchEvent('drop', {
        dataTransfer: await dragged(page, await small(1), 'second.jpg'),
      });
      await eventually(
        'both are photos of the product',
        async () => (await imagesOf(desks.fleet, id)).length === 2,
      );
      const at = page.url();
      const missed = await page.evaluate((dataTransfer) => {
        const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
        return !document.body.dispatchEvent(drop);
      }, files);
      expect([missed, page.url()]).toEqual([true, at]);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('an image from the clipboard is a photo, text from it is text', async () => {
      const id = await desks.fleet.createProduct('Pasted on');
      const desk = await openDesk(desks.browser, desks.fleet, {
        at: deskPath(id),
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const { page } = desk;
      await page.getByText('No photos yet.').waitFor();
      const png = await sharp(photo(2)).resize(240).png().toBuffer();
      await page.evaluate(async (text) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const image = new Blob([bytes], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })]);
      }, png.toString('base64'));
      await page.keyboard.press('Control+V');
      await uploadsIn(page, 'ready', 1);
      expect(await imagesOf(desks.fleet, id)).toHaveLength(1);
      await page.evaluate(() => navigator.clipboard.writeText('Linen'));
      await page.getByLabel('Category').focus();
      await page.keyboard.press('Control+V');
      expect(await page.getByLabel('Category').inputValue()).toBe('Linen');
      expect(await page.locator('.upload').count()).toBe(1);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it(`${MANY} files at once: the page answers meanwhile, and a photo that goes on changes its own row alone`, async () => {
      const id = await desks.fleet.createProduct('Hundreds');
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByText('No photos yet.').waitFor();
      await addPhotos(page, await smallPhotos(MANY));
      await page.getByText(`of ${MANY} ready`).waitFor();
      await readyAtLeast(page, 1);
      const changed = await watchRows(page);
      await readyAtLeast(page, 4);
      const { rows, ready } = await changed();
      // Those that are ready, those that took their places, and those that are under way.
      expect(rows).toBeLessThanOrEqual(2 * ready + 6);
      expect(ready).toBeLessThan(MANY / 3);
      expect(await page.locator('.upload').count()).toBe(MANY);
      expect(await page.locator('.upload canvas:not([hidden])').count()).toBeLessThan(60);
      expect(await overflow(page)).toBeLessThanOrEqual(0);

      await page.getByLabel('Title').fill('Hundreds, and renamed');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Hundreds, and renamed' }).waitFor();
      await page.getByRole('button', { name: `Cancel small-${MANY - 1}.png` }).click();
      await page.getByText(`of ${MANY - 1} ready`).waitFor();
      await page.getByRole('link', { name: 'All products' }).click();
      await page.locator('.product-row', { hasText: 'renamed' }).getByText('on the way').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Stop them and sign out' }).click();
      await page.getByLabel('Admin token').waitFor();
      expect(desk.problems).toEqual([]);
      await desk.close();
    });
  },
);

/** Its whole ladder takes a moment only. */
const small = (index: number) => sharp(photo(index)).resize(240).jpeg().toBuffer();

/** What a drag from the system's file manager carries. */
function dragged(page: Page, bytes: Buffer, name: string): Promise<JSHandle<DataTransfer>> {
  return page.evaluateHandle(
    ([text, fileName]) => {
      const files = new DataTransfer();
      const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      files.items.add(new File([content], fileName, { type: 'image/jpeg' }));
      return files;
    },
    [bytes.toString('base64'), name] as const,
  );
}

/** Each another, so that none is another's twin. */
function smallPhotos(count: number) {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const background = { r: index % 256, g: index >> 8, b: 90 };
      const picture = sharp({ create: { width: 24, height: 16, channels: 3, background } });
      return { name: `small-${index}.png`, mimeType: 'image/png', buffer: await picture.png().toBuffer() };
    }),
  );
}

async function readyAtLeast(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (least) => document.querySelectorAll('.upload[data-state="ready"]').length >= least,
    count,
    { timeout: 60_000 },
  );
}

/** How many rows change from now on, and how many photos are ready then. */
async function watchRows(page: Page): Promise<() => Promise<{ rows: number; ready: number }>> {
  await page.evaluate(() => {
    const rows = new Set<Element>();
    Object.assign(window, { shoalRows: rows });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const row = (target instanceof Element ? target : target.parentElement)?.closest('.upload');
        if (row) rows.add(row);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  return () =>
    page.evaluate(() => ({
      rows: (window as unknown as { shoalRows: Set<Element> }).shoalRows.size,
      ready: document.querySelectorAll('.upload[data-state="ready"]').length,
    }));
}
