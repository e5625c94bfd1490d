/**
 * How long a first visit blocks the main thread of a slow phone, told from its processor time: on a busy machine the
 * time by the clock measures the neighbours. The link is slow and the processor is not: its time is multiplied.
 */
import type { Browser } from 'playwright-core';
import { CPU_SLOWDOWN, NETWORK, PHONE, WATCHED_AFTER_LOAD_MS } from './slow-phone.ts';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Processor time of the thread, microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly documentLoaderURL?: string } };
}

/** Beyond it a task blocks (web.dev, Total Blocking Time). */
const TASK_MS = 50;
const CATEGORIES = ['blink.user_timing', 'loading', 'toplevel'];

export async function blockedByCpuMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext(PHONE);
  try {
    const page = await context.newPage();
    const devTools = await context.newCDPSession(page);
    await devTools.send('Network.enable');
    await devTools.send('Network.emulateNetworkConditions', NETWORK);
    await browser.startTracing(page, { categories: CATEGORIES });
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForTimeout(WATCHED_AFTER_LOAD_MS);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    return blockedIn(trace.traceEvents, url);
  } finally {
    await context.close();
  }
}

function blockedIn(events: readonly TraceEvent[], url: string): number {
  const start = events.find(
    ({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL === url,
  );
  const paint = events.find(({ name, pid }) => name === 'firstContentfulPaint' && pid === start?.pid);
  if (start === undefined || paint === undefined) throw new Error(`the trace tells of no visit of ${url}`);
  const tasks = events
    .filter(
      ({ name, pid, tid, ts }) =>
        name.endsWith('RunTask') && pid === start.pid && tid === start.tid && ts >= paint.ts,
    )
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  let endTs = 0;
  let blockedMs = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    // Tasks stand in the trace within tasks.
    if (ts < endTs) continue;
    endTs = ts + dur;
    blockedMs += Math.max(0, (CPU_SLOWDOWN * tdur) / 1000 - TASK_MS);
  }
  return blockedMs;
}
