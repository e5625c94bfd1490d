/** How the swarm page looks and behaves for those who have little room, little patience for motion, or no eyes on it. */
import { describe, expect, it } from 'vitest';
import { skipReason } from './support/launch-browser.ts';
import { nodeCentre, pixels, seek } from './support/swarm-page.ts';
import { useSwarmSite } from './support/swarm-site.ts';

describe.skipIf(skipReason)(`the looks of the swarm page${skipReason ? ` (${skipReason})` : ''}`, () => {
  const { open } = useSwarmSite();

  it.each([
    [320, 640],
    [768, 1_024],
    [1_920, 1_080],
  ])(
    '%d pixels wide: nothing sticks out, the picture, the legend and the time line are there',
    async (width, height) => {
      const page = await open('?recording=three-edges&t=1000&select=node-2', { viewport: { width, height } });
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth).toBeLessThanOrEqual(width);
      for (const part of ['.swarm__stage canvas', '.legend', '.time-bar__line']) {
        const box = await page.locator(part).first().boundingBox();
        expect(box?.width).toBeGreaterThan(100);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
      }
    },
  );

  it.each([
    [390, 844],
    [768, 1_024],
  ])('%d pixels wide: a finger on a node shows at once what is in it', async (width, height) => {
    const page = await open('?recording=three-edges&t=1000', { viewport: { width, height }, hasTouch: true });
    const { x, y } = await nodeCentre(page, 'Berlin');
    await page.touchscreen.tap(x, y);
    const heading = page.getByRole('heading', { name: 'Berlin' });
    await heading.waitFor();
    const box = await heading.boundingBox();
    expect(box!.y + box!.height).toBeLessThanOrEqual(height);
    expect(await page.getByRole('link', { name: 'Shoal Goods, the shop' }).isVisible()).toBe(true);
  });

  it('reduced motion: nothing travels, what stands is the same', async () => {
    const calm = await open('?recording=three-edges&t=1000', { reducedMotion: 'reduce' });
    const lively = await open('?recording=three-edges&t=1000');
    expect(await pixels(calm)).not.toBe(await pixels(lively));
    // Nothing is under way before the first message: then both are one picture.
    for (const page of [calm, lively]) await seek(page, 0);
    expect(await pixels(calm)).toBe(await pixels(lively));
  });
});
