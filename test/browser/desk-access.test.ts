/** The desk for everybody: axe-core's rules on each of its states, in light and in dark, narrow and wide. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../support/fleet.ts';
import { expectGoodInAnyWindow } from './support/axe.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { addPhotos, deskPath, openDesk, photo, signIn, uploadsIn } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { openShop } from './support/shop-page.ts';

const LONG_TITLE = 'A title that somebody wrote without a thought of phones, '.repeat(3);
const NO_PHOTO = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is no photo.') };

describe.skipIf(skipReason)(`the desk by axe-core${skipReason ? ` (${skipReason})` : ''}`, () => {
  const desks = deskFleet();

  it(
    'no state breaks a rule, narrow or wide, light or dark: signing in, products, words, photos on their way',
    async () => {
      const opened = await openShop(desks.browser, `${desks.fleet.origin.url}/desk`);
      const { page, problems } = opened;
      await page.getByLabel('Admin token').waitFor();
      await expectGoodInAnyWindow(page);
      await signIn(page, 'wrong');
      await page.getByText('This is not the token').waitFor();
      await expectGoodInAnyWindow(page);
      await signIn(page, ADMIN_TOKEN);
      await page.getByRole('heading', { name: 'No products yet' }).waitFor();
      await expectGoodInAnyWindow(page);
      await page.getByRole('link', { name: 'Unused photos' }).click();
      await page.getByRole('heading', { name: 'Every photo is in use' }).waitFor();
      await expectGoodInAnyWindow(page);
      await page.goto(`${desks.fleet.origin.url}/desk/new`);
      await page.getByRole('button', { name: 'Create the product' }).click();
      await page.getByText('Title must not be empty').waitFor();
      await page.getByLabel('Title').fill(LONG_TITLE);
      await page.getByText('Not saved yet.').waitFor();
      await expectGoodInAnyWindow(page);

      await page.getByLabel('Price').fill('7');
      await page.getByRole('button', { name: 'Create the product' }).click();
      await page.getByText('No photos yet.').waitFor();
      await addPhotos(page, [NO_PHOTO]);
      await uploadsIn(page, 'failed', 1);
      // Never answered: it stays under way.
      await page.route('**/images', () => undefined);
      await addPhotos(page, [photo(0)]);
      await uploadsIn(page, 'uploading', 1);
      await expectGoodInAnyWindow(page);
      await page.getByRole('link', { name: 'All products' }).click();
      await page.getByText('1 on the way').first().waitFor();
      await expectGoodInAnyWindow(page);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Photos are on their way' }).waitFor();
      await expectGoodInAnyWindow(page);
      expect(problems).toEqual([]);
      await opened.close();
    },
    PATIENCE_MS,
  );

  it(
    'no dialog and no report breaks a rule, narrow or wide, light or dark: a photo, purged, deleted, unused',
    async () => {
      const id = await desks.product('Three photos', 3);
      const { page, problems, close } = await openDesk(desks.browser, desks.fleet, { at: deskPath(id) });
      await page.getByRole('button', { name: /^Photo 1 of 3/ }).click();
      await page.getByText('renditions, AVIF beside JPEG').click();
      await expectGoodInAnyWindow(page);
      await page.getByRole('button', { name: 'Purge…' }).click();
      await expectGoodInAnyWindow(page);
      await page.getByRole('button', { name: 'Purge it everywhere' }).click();
      await page.getByText('from 2 of 2 edges').waitFor();
      await expectGoodInAnyWindow(page);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: /^Photo 1 of 2/ }).click();
      await page.getByRole('button', { name: 'Take it off the product' }).click();
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).waitFor();
      await page.getByRole('button', { name: 'Delete the product…' }).click();
      await expectGoodInAnyWindow(page);
      await page.getByRole('button', { name: 'Delete and purge the photos' }).click();
      await page.getByText('from 2 of 2 edges').waitFor();
      await expectGoodInAnyWindow(page);
      await page.getByRole('link', { name: 'Unused photos' }).click();
      await page.locator('.tile').waitFor();
      await expectGoodInAnyWindow(page);
      expect(problems).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  it(
    'with keys alone, on a phone on its side: a question and its answer take the focus, and are in sight',
    async () => {
      const id = await desks.product('Two photos', 2);
      const viewport = { width: 667, height: 375 };
      const { page, problems, close } = await openDesk(desks.browser, desks.fleet, {
        at: deskPath(id),
        viewport,
      });
      const has = (name: string) => expect.poll(() => focused(page)).toEqual({ name, isInSight: true });
      await page.getByRole('button', { name: /^Photo 1 of 2/ }).press('Enter');
      await page.getByRole('button', { name: 'Purge…' }).press('Enter');
      await has('Keep it');
      await page.keyboard.press('Enter');
      await has('Purge…');
      await page.keyboard.press('Enter');
      await has('Keep it');
      await page.keyboard.press('Tab');
      await has('Purge it everywhere');
      await page.keyboard.press('Enter');
      await page.getByText('from 2 of 2 edges').waitFor();
      await has('Close');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).waitFor();
      expect(problems).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  it(
    'whoever is faster than a frame on a new page keeps the focus',
    async () => {
      const { page, close } = await openDesk(desks.browser, desks.fleet);
      await page.getByRole('link', { name: 'New product' }).waitFor();
      const isKept = await page.evaluate(async () => {
        const field = new Promise<HTMLElement>((found) => {
          const look = () => {
            const input = document.querySelector<HTMLElement>('main form input');
            if (input) found(input);
          };
          new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
        });
        document.querySelector<HTMLElement>('a[href="/desk/new"]')?.click();
        const title = await field;
        title.focus();
        const frame = () => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
        for (let count = 0; count < 3; count++) await frame();
        return document.activeElement === title;
      });
      expect(isKept).toBe(true);
      await close();
    },
    PATIENCE_MS,
  );
});

function focused(page: Page): Promise<{ readonly name: string; readonly isInSight: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const { top, bottom } = element.getBoundingClientRect();
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    return { name, isInSight: top >= 0 && bottom <= innerHeight };
  });
}
