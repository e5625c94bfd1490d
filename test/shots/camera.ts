/** Takes pictures of pages as they stand: phone and desktop, light and dark. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';

const DEVICES = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
};
const SCHEMES = ['light', 'dark'] as const;
/** Text stays sharp, photos stay photos, and a picture weighs 20 to 70 kB. */
const WEBP = { quality: 80, effort: 6, smartSubsample: true };
const WAIT_LIMIT_MS = 60_000;

/** Runs in the page, whose names this project knows nothing of: what is in view is there, and nothing fades any more. */
const SETTLED = `(async () => {
  await document.fonts.ready;
  const inView = (image) => image.getBoundingClientRect().top < innerHeight && image.checkVisibility();
  await Promise.all([...document.images].filter(inView).map((image) => image.decode().catch(() => {})));
  const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity);
  await Promise.all(ending.map(({ finished }) => finished.catch(() => {})));
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
})()`;

export class Camera {
  readonly #browser: Browser;
  readonly #originUrl: string;
  readonly #folder: string;

  /** @param folder of the pictures */
  constructor(browser: Browser, originUrl: string, folder: string) {
    this.#browser = browser;
    this.#originUrl = originUrl;
    this.#folder = folder;
  }

  /** A new window, with nothing remembered. */
  async open(at: string): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: DEVICES.desktop });
    page.setDefaultTimeout(WAIT_LIMIT_MS);
    await page.goto(`${this.#originUrl}${at}`);
    return page;
  }

  /**
   * Four pictures of what the window shows, `NAME-phone-light.webp` and so on.
   * @param place where it is scrolled to; default: where it is
   */
  async shoot(page: Page, name: string, place: 'top' | 'here' = 'here'): Promise<void> {
    for (const [device, viewport] of Object.entries(DEVICES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        if (place === 'top') await page.evaluate('scrollTo(0, 0)');
        await page.evaluate(SETTLED);
        const file = path.join(this.#folder, `${name}-${device}-${colorScheme}.webp`);
        const { size } = await sharp(await page.screenshot())
          .webp(WEBP)
          .toFile(file);
        console.log(`${file}, ${(size / 1_000).toFixed(0)} kB`);
      }
    }
    await page.setViewportSize(DEVICES.desktop);
  }
}
