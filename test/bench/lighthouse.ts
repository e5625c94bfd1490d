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
    /** Why it did not get through. */
    readonly runtimeError?: { readonly code: string; readonly message: string };
    /** How fast it found the machine: a quiet one of ours has about 1,900. */
    readonly environment: { readonly benchmarkIndex: number };
    readonly categories: Readonly<Record<string, { readonly score: number }>>;
    readonly audits: Readonly<Record<string, { readonly numericValue: number }>>;
  };
}

export type Lighthouse = (url: string, options: { readonly port: number }) => Promise<Report>;

const RUNS = 3;
/** On a busy machine some come to nothing. */
const MOST_TRIES = 9;
const MARK_LARGEST_PAINT_MS = 1_500;
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

/**
 * Its defaults: mobile, simulated slow 4G and a fourth of the processor.
 * @throws Error when too many of its runs came to nothing, with what it said of the last
 */
export async function lighthouseRows(lighthouse: Lighthouse, name: string, url: string): Promise<Row[]> {
  const reports = await reportsOf(lighthouse, url);
  const middle = (read: (lhr: Report['lhr']) => number | undefined) =>
    median(reports.map((lhr) => read(lhr) ?? Number.NaN));
  const timing = (audit: string) => middle(({ audits }) => audits[audit]?.numericValue);
  const row = (what: string, measured: string, mark: string, isMet: boolean): Row => ({
    what: `${name}, Lighthouse ${reports[0]?.lighthouseVersion}, mobile, median of ${RUNS}: ${what}`,
    measured,
    mark,
    isMet,
  });
  const largestMs = timing('largest-contentful-paint');
  const shift = timing('cumulative-layout-shift');
  const figures = `FCP ${timing('first-contentful-paint').toFixed(0)} ms, TBT ${timing('total-blocking-time').toFixed(0)} ms; its index of the machine ${middle(({ environment }) => environment.benchmarkIndex).toFixed(0)}`;
  const scores = Object.entries(MARKS).map(([category, mark]) => {
    const score = Math.round(100 * middle(({ categories }) => categories[category]?.score));
    const measured = category === 'performance' ? `${score} (${figures})` : `${score}`;
    return row(category, measured, mark === 100 ? '100' : `at least ${mark}`, score >= mark);
  });
  return [
    ...scores,
    row(
      'largest paint (LCP)',
      `${largestMs.toFixed(0)} ms`,
      `under ${MARK_LARGEST_PAINT_MS.toLocaleString('en')} ms`,
      largestMs < MARK_LARGEST_PAINT_MS,
    ),
    row('layout shift (CLS)', `${shift}`, '0', shift === 0),
  ];
}

async function reportsOf(lighthouse: Lighthouse, url: string): Promise<Report['lhr'][]> {
  const reports: Report['lhr'][] = [];
  let fault = '';
  for (let tries = 0; tries < MOST_TRIES && reports.length < RUNS; tries++) {
    const lhr = await reportOf(lighthouse, url).catch((error: unknown) => String(error));
    if (typeof lhr !== 'string' && lhr.runtimeError === undefined) {
      reports.push(lhr);
      continue;
    }
    fault = typeof lhr === 'string' ? lhr : `${lhr.runtimeError?.code}: ${lhr.runtimeError?.message}`;
    console.error(`Lighthouse did not get through ${url}, again: ${fault}`);
  }
  if (reports.length < RUNS)
    throw new Error(
      `${MOST_TRIES} runs of Lighthouse gave ${reports.length} of ${RUNS} reports; the last: ${fault}`,
    );
  return reports;
}

/** In a browser of its own, which kept nothing. */
async function reportOf(lighthouse: Lighthouse, url: string): Promise<Report['lhr']> {
  const port = await freePort();
  const browser = await launchBrowser([`--remote-debugging-port=${port}`]);
  try {
    return (await lighthouse(url, { port })).lhr;
  } finally {
    await browser.close();
  }
}
