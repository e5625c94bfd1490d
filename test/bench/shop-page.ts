/**
 * The shop's pages on a first visit from a slow phone: an origin, four edges and the sample shop as `npm run demo` has
 * them, each visit by a browser that kept nothing. Lighthouse's own categories stand beside it where there is a
 * Lighthouse (`npm install --no-save lighthouse@12.8.2`, or its folder in SHOAL_LIGHTHOUSE).
 */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { fillShop } from '../../server/demo/sample-shop.ts';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { ADMIN_TOKEN, everyEdgeHas, Fleet, PROJECT } from '../support/fleet.ts';
import { findLighthouse, lighthouseRows } from './lighthouse.ts';
import { median } from './median.ts';
import { auditRow } from './page-audits.ts';
import type { Row } from './row.ts';
import { type FirstVisit, visitOnSlowPhone } from './slow-phone.ts';

const EDGES = 4;
const VISITS = 7;
const MARK_LARGEST_PAINT_MS = 1_500;
/** What web.dev calls good. */
const MARK_FIRST_PAINT_MS = 1_800;
const MARK_BLOCKED_MS = 200;

export async function shopPageRows(): Promise<Row[]> {
  const fleet = new Fleet();
  let browser: Browser | undefined;
  try {
    await fleet.startOrigin();
    const names = Array.from({ length: EDGES }, (_, index) => `edge-${index + 1}`);
    const edges = await Promise.all(names.map((name) => fleet.startEdge({ name })));
    const photos = path.join(PROJECT, 'server/demo/photos');
    await everyEdgeHas(edges, await fillShop(fleet.origin.url, ADMIN_TOKEN, photos, () => undefined));
    const [first] = (await fleet.products()).products;
    const pages = { 'the shop': '/', "a product's page": `/product/${first?.id}` };
    browser = await launchBrowser();
    const rows: Row[] = [];
    for (const [name, address] of Object.entries(pages)) {
      const url = fleet.origin.url + address;
      rows.push(...(await visitRows(browser, name, url)), await auditRow(browser, name, url));
    }
    const lighthouse = await findLighthouse();
    if (lighthouse === undefined) return rows;
    for (const [name, address] of Object.entries(pages))
      rows.push(...(await lighthouseRows(lighthouse, name, fleet.origin.url + address)));
    return rows;
  } finally {
    await browser?.close();
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
