/** The shop: its photos, a product, and an order. */
import type { Camera } from './camera.ts';

export async function shootShop(camera: Camera): Promise<void> {
  const page = await camera.open('/');
  await page.locator('.photo[data-state="shown"]').first().waitFor();
  await camera.shoot(page, 'shop', 'top');
  await page.locator('.card__title').first().click();
  await page.getByRole('button', { name: /^Add to bag/ }).waitFor();
  await page.locator('.photo[data-state="shown"]').first().waitFor();
  await camera.shoot(page, 'shop-product', 'top');
  await page.getByRole('button', { name: /^Add to bag/ }).click();
  await page.getByRole('link', { name: /checkout/i }).click();
  await page.getByRole('heading', { level: 1, name: 'Checkout' }).waitFor();
  await camera.shoot(page, 'shop-checkout');
  await page.close();
}
