/** Lighthouse, if somebody installed it: 185 MB are too much for everybody's `npm install`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { PROJECT } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { median } from './median.ts';
import type { Row } from './row.ts';

/** What is used of its result. */
interface Report {
  readonly lhr: {
    readonly lighthouseVersion: string;
    readonly categories: Readonly<Record<string, { readonly score: number }>>;
    readonly audits: Readonly<Record<string, { readonly numericValue: number }>>;
  };
}

export type Lighthouse = (url: string, options: { readonly port: number }) => Promise<Report>;

const RUNS = 3;
const MARKS: Readonly<Record<string, number>> = {
  performance: 95,
  accessibility: 100,
  'best-practices': 100,
  seo: 100,
};

/** undefined: there is none. */
export async function findLighthouse(): Promise<Lighthouse | undefined> {
  const folder = process.env.SHOAL_LIGHTHOUSE ?? path.join(PROJECT, 'node_modules/lighthouse');
  const file = path.join(folder, 'core/index.js');
  if (!existsSync(file)) return undefined;
  return ((await import(pathToFileURL(file).href)) as { default: Lighthouse }).default;
}

/** Its defaults: mobile, simulated slow 4G and a fourth of the processor. A browser of its own for each run. */
export async function lighthouseRows(lighthouse: Lighthouse, name: string, url: string): Promise<Row[]> {
  const reports: Report['lhr'][] = [];
  for (let run = 0; run < RUNS; run++) {
    const port = await freePort();
    const browser = await launchBrowser([`--remote-debugging-port=${port}`]);
    try {
      reports.push((await lighthouse(url, { port })).lhr);
    } finally {
      await browser.close();
    }
  }
  const middle = (read: (lhr: Report['lhr']) => number | undefined) =>
    median(reports.map((lhr) => read(lhr) ?? Number.NaN));
  const timing = (audit: string) => middle(({ audits }) => audits[audit]?.numericValue);
  const figures = `FCP ${timing('first-contentful-paint').toFixed(0)} ms, LCP ${timing('largest-contentful-paint').toFixed(0)} ms, TBT ${timing('total-blocking-time').toFixed(0)} ms, CLS ${timing('cumulative-layout-shift')}`;
  return Object.entries(MARKS).map(([category, mark]) => {
    const score = Math.round(100 * middle(({ categories }) => categories[category]?.score));
    return {
      what: `${name}, Lighthouse ${reports[0]?.lighthouseVersion}, mobile, median of ${RUNS}: ${category}`,
      measured: category === 'performance' ? `${score} (${figures})` : `${score}`,
      mark: mark === 100 ? '100' : `at least ${mark}`,
      isMet: score >= mark,
    };
  });
}
