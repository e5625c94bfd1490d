/** Photos of a product at the desk: their order, their purge, and those that no product has. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { authorization, eventually } from '../support/fleet.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { deskPath, imagesOf, openDesk, tabTo } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';

describe.skipIf(skipReason)(
  `photos at the desk${skipReason ? ` (${skipReason})` : ''}`,
  { timeout: PATIENCE_MS },
  () => {
    const desks = deskFleet();

    it('photos are ordered by arrow keys, and the shop follows', async () => {
      const id = await desks.product('Ordered', 3);
      const before = (await imagesOf(desks.fleet, id)).map((image) => image.id);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      await tabTo(desk.page, /^Move Photo 1 of 3/);
      await desk.page.keyboard.press('ArrowRight');
      await eventually('the first is the second', async () => {
        const now = (await imagesOf(desks.fleet, id)).map((image) => image.id);
        return now.join() === [before[1], before[0], before[2]].join();
      });
      await desk.page.keyboard.press('End');
      await eventually('the handle kept the focus', async () => {
        const now = (await imagesOf(desks.fleet, id)).map((image) => image.id);
        return now.join() === [before[1], before[2], before[0]].join();
      });
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a photo is dragged to another place', async () => {
      const id = await desks.product('Dragged', 3);
      const before = (await imagesOf(desks.fleet, id)).map((image) => image.id);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const grip = desk.page.getByRole('button', { name: /^Move Photo 1 of 3/ });
      await grip.hover();
      await desk.page.mouse.down();
      await desk.page.locator('.tile').nth(2).hover();
      await desk.page.mouse.up();
      await eventually('it stands third', async () => {
        const now = (await imagesOf(desks.fleet, id)).map((image) => image.id);
        return now.join() === [before[1], before[2], before[0]].join();
      });
      await desk.close();
    });

    it('the magnet link is copied, the .torrent saved; two renditions stand beside each other, whichever are chosen', async () => {
      const id = await desks.product('Torrent', 1);
      const [image] = await imagesOf(desks.fleet, id);
      const permissions = ['clipboard-read', 'clipboard-write'];
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id), permissions });
      const { page } = desk;
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).click();
      await page.getByRole('button', { name: 'Copy magnet link' }).click();
      await page.getByText('Copied').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(image?.magnet);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download .torrent' }).click(),
      ]);
      const bytes = await readFile(await download.path());
      const served = await fetch(`${desks.fleet.origin.url}/torrents/${image?.infoHash}.torrent`);
      expect(bytes.equals(Buffer.from(await served.arrayBuffer()))).toBe(true);

      await page.getByRole('combobox', { name: 'Left' }).selectOption('160.webp');
      await page.getByRole('combobox', { name: 'Right' }).selectOption('320.jpg');
      const shown = await page
        .locator('.compare__stage img')
        .evaluateAll((images) => images.map((each) => new URL((each as HTMLImageElement).src).pathname));
      expect(shown).toEqual([`/images/${image?.id}/320.jpg`, `/images/${image?.id}/160.webp`]);
      await page.getByRole('slider').press('End');
      await page.getByRole('slider').press('ArrowLeft');
      expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toBe('99 % 160.webp');
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('a deleted product tells each edge with its time; kept photos wait among the unused', async () => {
      const gone = await desks.product('Gone <b>for good</b>', 2);
      const photos = await imagesOf(desks.fleet, gone);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(gone) });
      const { page } = desk;
      await page.locator('.tile').nth(1).waitFor();
      await page.getByRole('button', { name: 'Delete the product…' }).click();
      await page.getByRole('button', { name: 'Delete and purge the photos' }).click();
      await page.getByText('Gone <b>for good</b> is deleted.').waitFor();
      await page.getByText('from 2 of 2 edges').waitFor();
      expect(await page.locator('.purge__edge').allTextContents()).toEqual([
        expect.stringMatching(/^alba.*after [\d.]+ ms$/),
        expect.stringMatching(/^boca.*after [\d.]+ ms$/),
      ]);
      for (const { id } of photos)
        expect((await fetch(`${desks.fleet.origin.url}/images/${id}/160.webp`)).status).toBe(404);

      await page.goto(`${desks.fleet.origin.url}${deskPath(await desks.product('Kept', 1))}`);
      await page.locator('.tile').waitFor();
      await page.getByRole('button', { name: 'Delete the product…' }).click();
      await page.getByRole('button', { name: 'Delete, keep the photos' }).click();
      await page.getByText('Kept is deleted; its photo waits among the unused.').waitFor();
      const other = await desks.fleet.createProduct('Takes it');
      await page.reload();
      await page.getByRole('link', { name: 'Unused photos' }).click();
      const choice = page.getByLabel('A product for a photo without words');
      const put = page.getByRole('button', { name: 'Put a photo without words on the product' });
      // By keys a closed list chooses what it passes: nothing comes of that, nor of a button without a choice.
      await put.dispatchEvent('click');
      await choice.press('ArrowDown');
      await choice.selectOption('Takes it');
      await put.click();
      await page.getByRole('heading', { name: 'Every photo is in use' }).waitFor();
      expect(await imagesOf(desks.fleet, other)).toHaveLength(1);
      expect(desk.problems).toEqual([]);
      await desk.close();
    });

    it('an unused photo that went on a product leaves the focus to the next one', async () => {
      for (const title of ['First', 'Second'])
        await fetch(`${desks.fleet.origin.url}/admin/products/${await desks.product(title, 1)}?images=keep`, {
          method: 'DELETE',
          headers: authorization(),
        });
      await desks.fleet.createProduct('Takes one');
      const desk = await openDesk(desks.browser, desks.fleet, { at: '/desk/unused' });
      const { page } = desk;
      const tiles = page.locator('.tile');
      await tiles.nth(1).waitFor();
      const nextId = await tiles.nth(1).getAttribute('data-image-id');
      const putFirst = async () => {
        await tiles.first().getByRole('combobox').selectOption('Takes one');
        await tiles.first().getByRole('button', { name: /^Put / }).press('Enter');
      };
      await putFirst();
      await page.getByRole('status').filter({ hasText: 'Put on Takes one' }).waitFor();
      const focused = () =>
        page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-image-id'));
      await expect.poll(focused).toBe(nextId);
      await putFirst();
      await page.getByRole('heading', { name: 'Every photo is in use' }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Unused photos');
      await desk.close();
    });

    it('a purge tells each edge with its time, and a photo taken off its product waits among the unused', async () => {
      const id = await desks.product('Purged', 3);
      const [purged, unused] = await imagesOf(desks.fleet, id);
      const desk = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      const { page } = desk;
      await page.getByRole('button', { name: /^Photo 1 of 3/ }).click();
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
      expect((await fetch(`${desks.fleet.origin.url}/images/${purged?.id}/160.webp`)).status).toBe(404);
      await page.getByRole('button', { name: 'Close' }).click();

      await page.getByRole('button', { name: /^Photo 1 of 2/ }).click();
      await page.getByRole('button', { name: 'Take it off the product' }).click();
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).waitFor();
      expect((await fetch(`${desks.fleet.origin.url}/images/${unused?.id}/160.webp`)).status).toBe(200);
      await page.getByRole('link', { name: 'Unused photos' }).click();
      await page
        .locator(`.tile[data-image-id="${unused?.id}"]`)
        .getByRole('button', { name: 'Delete' })
        .click();
      await page.getByRole('button', { name: /for good$/ }).click();
      await page.getByText('from 2 of 2 edges').waitFor();
      await page.getByRole('heading', { name: 'Every photo is in use' }).waitFor();
      expect(desk.problems).toEqual([]);
      await desk.close();
    });
  },
);
