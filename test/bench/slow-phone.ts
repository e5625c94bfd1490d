/**
 * A phone on a slow link as Lighthouse has it ("slow 4G": 150 ms, 1.6 Mbit/s down, a fourth of the processor), but
 * throttled while the page loads and not by a model of it; and what the page's first visit costs on it.
 */
import type { Browser, CDPSession } from 'playwright-core';

export interface FirstVisit {
  /** Milliseconds from the start of the navigation. */
  readonly firstPaintMs: number;
  readonly largestPaintMs: number;
  /** What of tasks is beyond 50 ms, from the first paint on. */
  readonly blockedMs: number;
  readonly layoutShift: number;
}

export const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
export const CPU_SLOWDOWN = 4;
/** Of Lighthouse's mobile emulation. */
export const PHONE = {
  viewport: { width: 412, height: 823 },
  deviceScaleFactor: 1.75,
  isMobile: true,
  hasTouch: true,
};
/** Tasks that come later block nobody's first visit. */
export const WATCHED_AFTER_LOAD_MS = 2_500;

/** Nothing is kept from visit to visit. */
export async function visitOnSlowPhone(browser: Browser, url: string): Promise<FirstVisit> {
  const context = await browser.newContext(PHONE);
  try {
    const page = await context.newPage();
    await slowDown(await context.newCDPSession(page));
    await page.addInitScript({ content: WATCH });
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForTimeout(WATCHED_AFTER_LOAD_MS);
    return await page.evaluate<FirstVisit>(READ);
  } finally {
    await context.close();
  }
}

async function slowDown(devTools: CDPSession): Promise<void> {
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', NETWORK);
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
}

/** Run in the page, whose names this project knows nothing of. */
const WATCH = `
  window.shoalVisit = { firstPaintMs: 0, largestPaintMs: 0, layoutShift: 0, tasks: [] };
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') shoalVisit.firstPaintMs = startTime;
  });
  watch('largest-contentful-paint', ({ startTime }) => { shoalVisit.largestPaintMs = startTime; });
  watch('layout-shift', ({ value }) => { shoalVisit.layoutShift += value; });
  watch('longtask', ({ startTime, duration }) => shoalVisit.tasks.push({ startTime, duration }));
`;
const READ = `(() => {
  const { tasks, ...visit } = shoalVisit;
  const late = tasks.filter(({ startTime }) => startTime >= visit.firstPaintMs);
  return { ...visit, blockedMs: late.reduce((sum, { duration }) => sum + duration - 50, 0) };
})()`;
