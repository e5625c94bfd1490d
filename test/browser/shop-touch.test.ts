/** Fingers on a product's photo, as the browser itself hands them on. */
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { expectEveryImageDecoded, expectNoBrokenImage, imageSources } from './support/shop-page.ts';
import { sampleProduct, useShopSite } from './support/shop-site.ts';

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true };
/** Pixels from the middle of the stage, one after the other. */
const STEPS = [30, 50, 70, 90, 110, 130];

describe.skipIf(skipReason)(`a photo under fingers${skipReason ? ` (${skipReason})` : ''}`, () => {
  const site = useShopSite(['bowl.jpg', 'brushes.jpg']);

  const openTouch = async (): Promise<{ page: Page; fingers: Fingers }> => {
    site.origin().products = [sampleProduct(1, { images: site.samples().map(({ image }) => image) })];
    const { page } = await site.open('/product/p1', PHONE);
    await expectEveryImageDecoded(page);
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    const stage = (await page.locator('.gallery__stage').boundingBox())!;
    const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
    return { page, fingers: new Fingers(await page.context().newCDPSession(page), middle) };
  };
  const scaleOf = (page: Page) =>
    page.locator('.gallery__zoom').evaluate((zoomed) => new DOMMatrix(getComputedStyle(zoomed).transform).a);

  it('two fingers apart zoom the photo and not the page, and bring a wider rendition; together they end it', async () => {
    const { page, fingers } = await openTouch();
    expect((await imageSources(page))[0]?.url).toMatch(/\/320\.avif$/);
    await fingers.pinch(STEPS);
    await page.locator('.gallery__stage--zoomed').waitFor();
    expect(await scaleOf(page)).toBeGreaterThan(2);
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
    await expectNoBrokenImage(page);
    const images = await expectEveryImageDecoded(page);
    expect(images[0]?.url).toMatch(/\/640\.avif$/);
    await fingers.pinch([...STEPS].reverse());
    await page.locator('.gallery__stage:not(.gallery__stage--zoomed)').waitFor();
    expect(await scaleOf(page)).toBe(1);
  });

  it('one finger across turns to the next photo, and on a zoomed one moves it', async () => {
    const { page, fingers } = await openTouch();
    await fingers.swipe(-120);
    await page.getByRole('button', { name: 'Photo 2 of 2' }).and(page.locator('[aria-current]')).waitFor();
    await fingers.pinch(STEPS);
    await page.locator('.gallery__stage--zoomed').waitFor();
    const placeOf = () => page.locator('.gallery__zoom').evaluate(({ style }) => style.transform);
    const place = await placeOf();
    await fingers.swipe(-120);
    await expect.poll(placeOf).not.toBe(place);
    expect(await page.getByRole('button', { name: 'Photo 2 of 2' }).getAttribute('aria-current')).toBe(
      'true',
    );
  });

  it('fingers that the system takes away end a pinch as those that are lifted do', async () => {
    const { page, fingers } = await openTouch();
    await fingers.pinch([100, 103, 106], 'touchCancel');
    await page.locator('.gallery__stage:not(.gallery__stage--zoomed)').waitFor();
    expect(await scaleOf(page)).toBe(1);
  });

  it("the photo's edges never come into the stage, when the screen is turned too", async () => {
    const { page } = await openTouch();
    await page.setViewportSize({ width: 740, height: 700 });
    const stage = (await page.locator('.gallery__stage').boundingBox())!;
    await page.mouse.click(stage.x + 60, stage.y + stage.height - 60);
    await page.locator('.gallery__stage--zoomed').waitFor();
    await page.setViewportSize({ width: 360, height: 700 });
    const widestGap = () =>
      page.evaluate(() => {
        const around = document.querySelector('.gallery__stage')!.getBoundingClientRect();
        const photo = document.querySelector('.gallery__zoom')!.getBoundingClientRect();
        const beside = Math.max(photo.left - around.left, around.right - photo.right);
        return Math.max(beside, photo.top - around.top, around.bottom - photo.bottom);
      });
    await expect.poll(widestGap).toBeLessThan(1);
  });
});

type TouchEnd = 'touchEnd' | 'touchCancel';

class Fingers {
  readonly #devTools: CDPSession;
  readonly #middle: { readonly x: number; readonly y: number };

  constructor(devTools: CDPSession, middle: { readonly x: number; readonly y: number }) {
    this.#devTools = devTools;
    this.#middle = middle;
  }

  /** Two fingers beside the middle, at each of these distances from it. */
  pinch(distances: readonly number[], end: TouchEnd = 'touchEnd'): Promise<void> {
    return this.#touch(
      distances.map((distance) => [-distance, distance]),
      end,
    );
  }

  /** One finger from the middle. */
  swipe(by: number): Promise<void> {
    return this.#touch([0, 0.25, 0.5, 0.75, 1].map((share) => [by * share]));
  }

  async #touch(steps: readonly (readonly number[])[], end: TouchEnd = 'touchEnd'): Promise<void> {
    const { x, y } = this.#middle;
    for (const [index, offsets] of steps.entries())
      await this.#devTools.send('Input.dispatchTouchEvent', {
        type: index === 0 ? 'touchStart' : 'touchMove',
        touchPoints: offsets.map((offset, id) => ({ x: x + offset, y, id })),
      });
    await this.#devTools.send('Input.dispatchTouchEvent', { type: end, touchPoints: [] });
  }
}
