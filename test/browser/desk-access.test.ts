/** The desk for everybody: axe-core's rules on each of its states, in light and in dark, narrow and wide. */
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
});
