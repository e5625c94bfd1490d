/**
 * What can be said of the shop in a real browser, whatever serves it. Everything here works on a plain Playwright
 * page; `openShop` has to be used to open it, because shifts and errors are watched from the first byte on.
 */
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface ShopPage {
  readonly page: Page;
  /** Uncaught exceptions and console errors, but for requests that failed: a dead edge cannot be hidden there. */
  readonly problems: readonly string[];
  /** Console lines about requests that failed. */
  readonly failedRequests: readonly string[];
  close(): Promise<void>;
}

export interface ImageOnPage {
  readonly imageId: string;
  readonly state: 'waiting' | 'loading' | 'shown' | 'resting';
  /** Name of the edge, or `origin`; null while waiting. */
  readonly source: string | null;
  /** Address of the bytes on the screen; empty before. */
  readonly url: string;
  readonly naturalWidth: number;
  readonly alt: string | null;
}

/** Images on a loaded machine, with one edge that has to be given up first. */
const DECODED_WITHIN_MS = 20_000;
/** "Good" by web.dev is 0.1; the boxes of the shop are exact, so nearly nothing may move. */
const LAYOUT_SHIFT_MAX = 0.02;

export async function openShop(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ShopPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  const failedRequests: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    (isFailedRequest(message) ? failedRequests : problems).push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(watchLayoutShift);
  await page.addInitScript(watchBrokenImages);
  await page.goto(url);
  return { page, problems, failedRequests, close: () => context.close() };
}

function isFailedRequest(message: ConsoleMessage): boolean {
  return message.text().startsWith('Failed to load resource');
}

/** Runs in the page. Shifts right after a click or key are wanted and do not count, as in the metric itself. */
function watchLayoutShift(): void {
  const shifts = { total: 0 };
  Object.assign(window, { shoalLayoutShift: shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[]) {
      if (!entry.hadRecentInput) shifts.total += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Runs in the page: before each frame it notes images that this frame shows and that are broken. */
function watchBrokenImages(): void {
  const seen = new Set<string>();
  Object.assign(window, { shoalBrokenSeen: seen });
  const look = () => {
    for (const img of document.querySelectorAll('img'))
      if (img.complete && img.naturalWidth === 0 && getComputedStyle(img).opacity !== '0')
        seen.add(`${img.currentSrc} ${img.className} ${img.closest('.photo')?.getAttribute('data-state')}`);
    requestAnimationFrame(look);
  };
  look();
}

/** In no frame since the page was loaded was a broken image on the screen. */
export async function expectNeverBroken(page: Page): Promise<void> {
  const seen = await page.evaluate(() => [
    ...(window as unknown as { shoalBrokenSeen: Set<string> }).shoalBrokenSeen,
  ]);
  expect(seen).toEqual([]);
}

/** Every photo box on the page, in order. */
export function imageSources(page: Page): Promise<ImageOnPage[]> {
  return page.locator('.photo[data-state]').evaluateAll((boxes) =>
    boxes.map((box) => {
      const img = box.querySelector('img');
      return {
        imageId: box.getAttribute('data-image-id') ?? '',
        state: box.getAttribute('data-state') as 'shown',
        source: box.getAttribute('data-source'),
        url: img?.currentSrc ?? '',
        naturalWidth: img?.naturalWidth ?? 0,
        alt: img?.getAttribute('alt') ?? null,
      };
    }),
  );
}

/** Scrolls through the page, so that lazy images load too, and waits until every one is decoded. */
export async function expectEveryImageDecoded(page: Page): Promise<ImageOnPage[]> {
  await page.locator('.photo[data-state]').first().waitFor({ state: 'attached', timeout: DECODED_WITHIN_MS });
  for (const box of await page.locator('.photo[data-state]').all()) await box.scrollIntoViewIfNeeded();
  await page
    .waitForFunction(
      () =>
        [...document.querySelectorAll('.photo[data-state]')].every(
          (box) => box.getAttribute('data-state') === 'shown',
        ),
      undefined,
      { timeout: DECODED_WITHIN_MS },
    )
    // What is missing is told below, by name.
    .catch(() => undefined);
  const images = await imageSources(page);
  expect(images.length).toBeGreaterThan(0);
  expect(images.filter(({ state, naturalWidth }) => state !== 'shown' || naturalWidth === 0)).toEqual([]);
  await expectNoBrokenImage(page);
  return images;
}

/** An `<img>` that failed may be there for a moment, but never on the screen. */
export async function expectNoBrokenImage(page: Page): Promise<void> {
  // In one go: between finding and looking the page may take one out, and what is out has no opacity.
  const broken = await page.evaluate(() =>
    Array.from(document.images)
      .filter((img) => img.complete && img.naturalWidth === 0 && getComputedStyle(img).opacity !== '0')
      .map((img) => img.currentSrc),
  );
  expect(broken).toEqual([]);
}

/** No image came from the origin. Answers how many each edge gave. */
export function expectFromEdges(images: readonly ImageOnPage[]): Map<string, number> {
  expect(images.filter(({ source }) => source === 'origin')).toEqual([]);
  const counts = new Map<string, number>();
  for (const { source } of images) counts.set(source ?? '', (counts.get(source ?? '') ?? 0) + 1);
  return counts;
}

export async function expectNoLayoutShift(page: Page): Promise<void> {
  const total = await page.evaluate(
    () => (window as unknown as { shoalLayoutShift: { total: number } }).shoalLayoutShift.total,
  );
  expect(total).toBeLessThan(LAYOUT_SHIFT_MAX);
}

/** Titles as the grid shows them. */
export function productTitles(page: Page): Promise<string[]> {
  return page.locator('.card__title').allTextContents();
}

/** Opens a product from the grid without loading the page anew. */
export async function openProduct(page: Page, title: string): Promise<void> {
  await page.getByRole('link').filter({ hasText: title }).first().click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
}
