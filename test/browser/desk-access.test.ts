/** The desk for everybody: axe-core's rules on each of its pages, in light and in dark. */
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { deskFleet, PATIENCE_MS } from './support/desk-fleet.ts';
import { addPhotos, deskPath, openDesk, signIn, uploadsIn } from './support/desk-page.ts';
import { skipReason } from './support/launch-browser.ts';
import { openShop } from './support/shop-page.ts';

const NO_PHOTO = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is no photo.') };

describe.skipIf(skipReason)(`the desk by axe-core${skipReason ? ` (${skipReason})` : ''}`, () => {
  const desks = deskFleet();

  it(
    'no page breaks a rule: signing in, products, a form with mistakes, photos, a photo, a purge, unused photos',
    async () => {
      const id = await desks.product('Two photos', 2);
      const desk = await openShop(desks.browser, `${desks.fleet.origin.url}/desk`);
      await signIn(desk.page, 'wrong');
      await desk.page.getByText('This is not the token').waitFor();
      await expectNoViolations(desk.page);
      await desk.close();

      const { page, problems, close } = await openDesk(desks.browser, desks.fleet);
      await page.getByRole('link', { name: 'Two photos' }).waitFor();
      await expectNoViolations(page);
      await page.getByRole('link', { name: 'New product' }).click();
      await page.getByRole('button', { name: 'Create the product' }).click();
      await page.getByText('Title must not be empty').waitFor();
      await expectNoViolations(page);
      await page.goto(`${desks.fleet.origin.url}${deskPath(id)}`);
      await page.locator('.tile').nth(1).waitFor();
      await addPhotos(page, [NO_PHOTO]);
      await uploadsIn(page, 'failed', 1);
      await expectNoViolations(page);
      await page.getByRole('button', { name: /^Photo 1 of 2/ }).click();
      await page.getByText('renditions, AVIF beside JPEG').click();
      await expectNoViolations(page);
      await page.getByRole('button', { name: 'Purge…' }).click();
      await expectNoViolations(page);
      await page.getByRole('button', { name: 'Purge it everywhere' }).click();
      await page.getByText('from 2 of 2 edges').waitFor();
      await expectNoViolations(page);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: /^Photo 1 of 1/ }).click();
      await page.getByRole('button', { name: 'Take it off the product' }).click();
      await page.getByText('No photos yet.').waitFor();
      await page.getByRole('link', { name: 'Unused photos' }).click();
      await page.locator('.tile').waitFor();
      await expectNoViolations(page);
      expect(problems).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );
});
