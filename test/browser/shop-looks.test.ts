/** What is to be seen of the shop, and where: what styles alone do not do. */
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { sampleProduct, useShopSite } from './support/shop-site.ts';

const PHOTOS = Array.from({ length: 9 }, (_, index) => (index % 2 === 0 ? 'bowl.jpg' : 'brushes.jpg'));

describe.skipIf(skipReason)(`looks of the shop${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useShopSite(PHOTOS);

  it('of many photos the thumbnail of the one that is shown is in sight, and the page stands still', async () => {
    site.origin().products = [sampleProduct(1, { images: site.samples().map(({ image }) => image) })];
    const { page } = await site.open('/product/p1', { viewport: { width: 320, height: 480 } });
    const current = page.locator('.gallery__thumb[aria-current]');
    const strip = page.locator('.gallery__thumbs');
    const isInSight = async () => {
      const [thumb, seen] = [await current.boundingBox(), await strip.boundingBox()];
      return thumb!.x >= seen!.x && thumb!.x + thumb!.width <= seen!.x + seen!.width;
    };
    const next = page.getByRole('button', { name: 'Next photo' });
    await next.focus();
    const scrollTop = await page.evaluate(() => scrollY);
    for (let turn = 1; turn <= PHOTOS.length; turn++) {
      await page.keyboard.press('ArrowRight');
      const number = (turn % PHOTOS.length) + 1;
      await page.locator(`.gallery__thumb[aria-current][aria-label^="Photo ${number} of"]`).waitFor();
      await expect.poll(isInSight, { message: `photo ${number}` }).toBe(true);
    }
    expect(await page.evaluate(() => scrollY)).toBe(scrollTop);
  });
});
