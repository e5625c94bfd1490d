/** What a page of the origin shows before its script is there, and that the script takes it over as it stands. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { skipReason } from './support/launch-browser.ts';
import { useRealShop } from './support/real-shop.ts';
import { expectEveryImageDecoded, expectNoLayoutShift } from './support/shop-page.ts';
import { samplePhoto } from './support/use-fleet.ts';

const PHOTOS = ['bowl.jpg', 'brushes.jpg'];
const PRODUCTS = 7;
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
  desktop: { viewport: { width: 1280, height: 900 } },
};
/** Everything whose place a shopper could see change. */
const PLACES = 'h1, .card, .card__title, .photo, .gallery__stage, .product__price, .add-to-bag, .categories';

describe.skipIf(skipReason)(`a page before its script${skipReason ? ` (${skipReason})` : ''}`, () => {
  let first: string;
  const { fleet, visit } = useRealShop(async (shop) => {
    const ids: string[] = [];
    for (let number = 1; number <= PRODUCTS; number++)
      ids.push(await shop.createProduct(`Product ${number}`, { category: number < 4 ? 'Some' : 'Others' }));
    first = ids[0]!;
    for (const [index, file] of PHOTOS.entries()) await shop.upload(ids[index]!, await samplePhoto(file));
    return PHOTOS.length;
  });

  /** The script, or what `held` says, comes when `release` is called. */
  const openHeld = async (
    address: string,
    options: BrowserContextOptions,
    prepare?: (page: Page) => Promise<unknown>,
    held = /\/assets\/.*\.js$/,
  ) => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const shop = await visit(undefined, { ...options, serviceWorkers: 'block' });
    await shop.page.route(held, (route) => gate.then(() => route.continue()));
    await prepare?.(shop.page);
    await shop.page.goto(fleet.origin.url + address, { waitUntil: 'commit' });
    await shop.page.locator('h1').waitFor();
    return { ...shop, release };
  };
  const places = (page: Page) =>
    page.locator(PLACES).evaluateAll((all) =>
      all.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [element.className || element.tagName, x, y, width, height]
          .join(' ')
          .replace(/ card--\S+/g, '');
      }),
    );

  it.each(Object.entries(LOOKS))(
    '%s: the largest photo and all words stand there, and stay where they are',
    async (_, options) => {
      for (const address of ['/', '/?category=Some', `/product/${first}`]) {
        const { page, problems, release } = await openHeld(address, options);
        const isLarge = address !== '/?category=Some';
        const photo = page.locator('.photo img');
        if (isLarge) {
          await photo.evaluate((img: HTMLImageElement) => img.decode());
          await photo.evaluate((img) => Object.assign(img, { stoodInPage: true }));
        }
        expect(await photo.count()).toBe(isLarge ? 1 : 0);
        const before = await places(page);
        expect(before.length).toBeGreaterThan(3);
        release();
        const images = await expectEveryImageDecoded(page);
        await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
        expect(await places(page), address).toEqual(before);
        const kept = await photo.first().evaluate((img) => 'stoodInPage' in img);
        expect(kept).toBe(isLarge);
        const asked = await page.evaluate(() =>
          performance.getEntriesByType('resource').map(({ name }) => name),
        );
        expect(asked.filter((name) => name === images[0]?.url)).toHaveLength(1);
        await expectNoLayoutShift(page);
        expect(problems).toEqual([]);
      }
    },
  );

  it('nothing is asked of the fleet before the largest photo is painted', async () => {
    for (const address of ['/', `/product/${first}`]) {
      const prepare = (page: Page) => page.addInitScript(watchPaint);
      const { page, release } = await openHeld(address, LOOKS.phone!, prepare, /\/images\//);
      await page.waitForFunction(() => 'shoalWaitsForPaint' in window);
      release();
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/healthz')),
      );
      const early = await page.evaluate(() => {
        const { shoalPaintedMs } = window as unknown as { shoalPaintedMs: number };
        const entries = performance.getEntriesByType('resource');
        return entries.filter(({ startTime }) => startTime < shoalPaintedMs).map(({ name }) => name);
      });
      const asked = early.filter((url) => !/\/assets\/|\/icon\.svg$/.test(url));
      expect(asked, address).toEqual([expect.stringMatching(/\/images\/.*\.avif$/)]);
    }
  });

  it('a largest photo that does not come holds up no other', async () => {
    const { page } = await visit(undefined, { ...LOOKS.phone!, serviceWorkers: 'block' });
    let held: string | undefined;
    await page.route(/\/images\//, (route) => {
      const { pathname } = new URL(route.request().url());
      held ??= pathname;
      return pathname === held ? undefined : route.continue();
    });
    await page.goto(fleet.origin.url, { waitUntil: 'commit' });
    await page.locator('.card:nth-child(2) .photo[data-state="shown"]').waitFor();
    expect(await page.locator('.card--feature .photo').getAttribute('data-state')).toBe('loading');
  });

  it('prices stay as the page has them, whatever the browser would write', async () => {
    const { page, release } = await openHeld('/', LOOKS.desktop!);
    await page.locator('.card__price').evaluateAll((prices) => {
      for (const price of prices) price.textContent = 'as the origin wrote it';
    });
    release();
    await expectEveryImageDecoded(page);
    expect(await page.locator('.card__price').allTextContents()).toEqual(
      Array(PRODUCTS).fill('as the origin wrote it'),
    );
  });

  it('a tab that nobody looks at has its photos too', async () => {
    const { page } = await visit(undefined, { ...LOOKS.desktop!, serviceWorkers: 'block' });
    await page.addInitScript(() => {
      Object.defineProperty(document, 'hidden', { value: true });
      window.requestAnimationFrame = () => 0;
      IntersectionObserver.prototype.observe = () => undefined;
    });
    await page.goto(fleet.origin.url);
    await expectEveryImageDecoded(page);
  });

  it('axe-core finds nothing while the script is on its way', async () => {
    for (const address of ['/', `/product/${first}`]) {
      const { page, release } = await openHeld(address, LOOKS.phone!);
      await expectNoViolations(page);
      release();
    }
  });

  it('a photo that stood in the page and failed comes from elsewhere', async () => {
    const { page, problems, release } = await openHeld('/', LOOKS.desktop!, (held) =>
      held.route(/\/images\//, (route) =>
        new URL(route.request().url()).origin === fleet.origin.url ? route.continue() : route.abort(),
      ),
    );
    await page.waitForFunction(() => document.querySelector('.photo img')?.getAttribute('src') !== null);
    await page.locator('.photo img').evaluate((img: HTMLImageElement) => img.decode().catch(() => undefined));
    release();
    const images = await expectEveryImageDecoded(page);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['origin']));
    expect(problems).toEqual([]);
  });
});

/**
 * Runs in the page. Notes when its photo was painted, and that the script waits for that: by the timer that ends the
 * waiting, and which is not to run out on a busy machine.
 */
function watchPaint(): void {
  const LONGEST_MS = 300;
  const { setTimeout } = window;
  const withoutThatTimer = (work: () => void, ms?: number) => {
    if (ms !== LONGEST_MS) return setTimeout(work, ms);
    Object.assign(window, { shoalWaitsForPaint: true });
    return 0;
  };
  Object.assign(window, { setTimeout: withoutThatTimer });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ('element' in entry && entry.element instanceof HTMLImageElement)
        Object.assign(window, { shoalPaintedMs: entry.startTime });
  }).observe({ type: 'largest-contentful-paint', buffered: true });
}
