/**
 * The shop's pages on a first visit from a slow phone: an origin, four edges and the sample shop as `npm run demo` has
 * them, each visit by a browser that kept nothing. `shop-lighthouse` asks Lighthouse itself, where there is one.
 */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { fillShop } from '../../server/demo/sample-shop.ts';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { ADMIN_TOKEN, everyEdgeHas, Fleet, PROJECT } from '../support/fleet.ts';
import { blockedByCpuMs } from './blocked-by-cpu.ts';
import { findLighthouse, lighthouseRows } from './lighthouse.ts';
import { median } from './median.ts';
import { auditRow } from './page-audits.ts';
import type { Row } from './row.ts';
import { type FirstVisit, visitOnSlowPhone } from './slow-phone.ts';

const EDGES = 4;
const VISITS = 7;
/** They scatter little. */
const CPU_VISITS = 5;
const MARK_LARGEST_PAINT_MS = 1_500;
/** What web.dev calls good. */
const MARK_FIRST_PAINT_MS = 1_800;
const MARK_BLOCKED_MS = 200;

interface ShopPageAt {
  readonly name: string;
  readonly url: string;
}

export function shopPageRows(): Promise<Row[]> {
  return withShop(async (pages) => {
    const browser = await launchBrowser();
    try {
      const rows: Row[] = [];
      for (const { name, url } of pages)
        rows.push(
          ...(await visitRows(browser, name, url)),
          await cpuRow(browser, name, url),
          await auditRow(browser, name, url),
        );
      return rows;
    } finally {
      await browser.close();
    }
  });
}

/** Without a Lighthouse there are no rows. */
export async function shopLighthouseRows(): Promise<Row[]> {
  const lighthouse = await findLighthouse();
  if (lighthouse === undefined) {
    console.error(
      'no Lighthouse: npm install --no-save lighthouse@12.8.2, or its folder in SHOAL_LIGHTHOUSE',
    );
    return [];
  }
  return withShop(async (pages) => {
    const rows: Row[] = [];
    for (const { name, url } of pages) rows.push(...(await lighthouseRows(lighthouse, name, url)));
    return rows;
  });
}

async function withShop(measure: (pages: readonly ShopPageAt[]) => Promise<Row[]>): Promise<Row[]> {
  const fleet = new Fleet();
  try {
    await fleet.startOrigin();
    const names = Array.from({ length: EDGES }, (_, index) => `edge-${index + 1}`);
    const edges = await Promise.all(names.map((name) => fleet.startEdge({ name })));
    const { url } = fleet.origin;
    const photos = path.join(PROJECT, 'server/demo/photos');
    await everyEdgeHas(edges, await fillShop(url, ADMIN_TOKEN, photos, () => undefined));
    const [first] = (await fleet.products()).products;
    return await measure([
      { name: 'the shop', url: `${url}/` },
      { name: "a product's page", url: `${url}/product/${first?.id}` },
    ]);
  } finally {
    await fleet.close();
  }
}

async function visitRows(browser: Browser, name: string, url: string): Promise<Row[]> {
  // The first of all fills the caches of the nodes and of the browser's own code.
  await visitOnSlowPhone(browser, url);
  const visits: FirstVisit[] = [];
  for (let count = 0; count < VISITS; count++) visits.push(await visitOnSlowPhone(browser, url));
  const what = `${name}, first visit, slow phone`;
  const paint = (
    title: string,
    key: 'firstPaintMs' | 'largestPaintMs' | 'blockedMs',
    markMs: number,
  ): Row => {
    const values = visits.map((visit) => visit[key]);
    const worst = Math.max(...values);
    return {
      what: `${what}: ${title}`,
      measured: `${median(values).toFixed(0)} ms (worst of ${VISITS}: ${worst.toFixed(0)} ms)`,
      mark: `under ${markMs.toLocaleString('en')} ms`,
      isMet: median(values) < markMs,
    };
  };
  const shift = Math.max(...visits.map(({ layoutShift }) => layoutShift));
  return [
    paint('first paint (FCP)', 'firstPaintMs', MARK_FIRST_PAINT_MS),
    paint('largest paint (LCP)', 'largestPaintMs', MARK_LARGEST_PAINT_MS),
    paint('main thread blocked (TBT)', 'blockedMs', MARK_BLOCKED_MS),
    {
      what: `${what}: layout shift (CLS), worst`,
      measured: shift === 0 ? '0' : shift.toFixed(4),
      mark: '0',
      isMet: shift === 0,
    },
  ];
}

async function cpuRow(browser: Browser, name: string, url: string): Promise<Row> {
  const values: number[] = [];
  for (let count = 0; count < CPU_VISITS; count++) values.push(await blockedByCpuMs(browser, url));
  return {
    what: `${name}, first visit, slow phone: main thread blocked, by its processor time`,
    measured: `${median(values).toFixed(0)} ms (worst of ${CPU_VISITS}: ${Math.max(...values).toFixed(0)} ms)`,
    mark: `under ${MARK_BLOCKED_MS} ms`,
    isMet: median(values) < MARK_BLOCKED_MS,
  };
}
