/** The merchant's desk: products, photos on their way, a photo looked into. */
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Camera } from './camera.ts';
import { PHOTOS } from './sample-product.ts';

/** By the name of its file, as a merchant would see what each shows. */
const WORDS: Readonly<Record<string, string>> = {
  'autumn-ridge.jpg': 'A ridge in autumn, larches in the sun',
  'bowl.jpg': 'A wooden bowl',
};
const NO_PHOTO = { name: 'price-list.pdf', mimeType: 'application/pdf', buffer: Buffer.from('249.00 EUR') };

/**
 * @param meanwhile done while photos are on their way
 * @param productId of a product without photos
 */
export async function shootDesk(
  camera: Camera,
  token: string,
  productId: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const page = await camera.open('/desk');
  await page.getByLabel('Admin token').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('.product-row').first().waitFor();
  await camera.shoot(page, 'desk');
  await page.locator(`a[href="/desk/product/${productId}"]`).click();
  await page.getByText('No photos yet.').waitFor();
  await addPhotos(page);
  await camera.shoot(page, 'desk-uploads');
  await meanwhile();
  await page
    .locator('.tile')
    .nth(PHOTOS.length - 1)
    .waitFor();
  await page.getByRole('button', { name: /^Photo 1 of/ }).click();
  await page.locator('.compare').waitFor();
  await camera.shoot(page, 'desk-photo');
  await page.close();
}

/** Each gets its words; one that is none fails; some are ready, and some are not. */
async function addPhotos(page: Page): Promise<void> {
  const photos = page.getByLabel('Photos to add');
  await photos.setInputFiles(await Promise.all(PHOTOS.map(mirrored)));
  for (const [file, words] of Object.entries(WORDS)) await page.getByLabel(`What ${file} shows`).fill(words);
  await photos.setInputFiles(NO_PHOTO);
  await page.locator('.upload[data-state="ready"]').nth(1).waitFor();
}

/** Renditions that no edge has yet: the demo's shop has these photos as they are. */
async function mirrored(file: string) {
  const buffer = await sharp(file).flop().jpeg({ quality: 90 }).toBuffer();
  return { name: path.basename(file), mimeType: 'image/jpeg', buffer };
}
