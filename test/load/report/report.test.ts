import { describe, expect, test } from 'vitest';
import { htmlReport } from './html.ts';
import { lossesOf } from './losses.ts';
import { markdownReport } from './markdown.ts';
import { marksOf } from './marks.ts';
import { fair, sampleMode, sampleResult } from './sample-results.ts';
import { scenariosTable } from './scenarios-table.ts';

describe('marks', () => {
  test('a flash sale that goes as promised meets all four', () => {
    expect(marksOf(fair).map(({ isMet }) => isMet)).toEqual([true, true, true, true]);
  });

  test('each one is missed alone', () => {
    const swarmOf = (ms: number, copies: number) =>
      marksOf(sampleResult([fair.modes[0]!, fair.modes[1]!, sampleMode('swarm', ms, { copies })])).map(
        ({ isMet }) => isMet,
      );
    expect(swarmOf(100, 1.16)).toEqual([false, true, true, true]);
    expect(swarmOf(301, 1.1)).toEqual([true, true, false, true]);
    expect(swarmOf(1_001, 1.1)).toEqual([true, true, false, false]);
  });

  test('steady: no mode more than 5 % slower than another', () => {
    const steady = (ms: number) =>
      marksOf(
        sampleResult([sampleMode('pull', 100), sampleMode('swarm', ms)], { scenario: 'steady-browse' }),
      );
    expect(steady(104).every(({ isMet }) => isMet)).toBe(true);
    expect(steady(106).some(({ isMet }) => isMet)).toBe(false);
  });

  test('a part of a run meets none and misses none: they are promised of the whole', () => {
    expect(marksOf({ ...fair, isPartial: true })).toEqual([]);
  });

  test('other scenarios have none', () => {
    expect(marksOf({ ...fair, scenario: 'liar' })).toEqual([]);
  });
});

describe('losing cases are told in words', () => {
  test('none when swarm is better in all', () => {
    const cheap = {
      cpuSeconds: { origin: 0.1, edges: 0.1 },
      originBytes: { toPeers: 1, toNodesHttp: 1, toShoppers: 1 },
    };
    expect(lossesOf(sampleResult([sampleMode('pull', 900), sampleMode('swarm', 100, cheap)]))).toEqual([]);
  });

  test('slower, costlier for the origin, more failures, more CPU', () => {
    const bad = sampleMode('swarm', 200, {
      originBytes: { toPeers: 9e6, toNodesHttp: 0, toShoppers: 0 },
      counts: { planned: 1_000, good: 998, failed: 1, failures: { 'too late': 1 }, wrong: 1, failovers: 0 },
      cpuSeconds: { origin: 3, edges: 9 },
    });
    const told = lossesOf(sampleResult([sampleMode('pull', 100), bad]))
      .map(({ text }) => text)
      .join('\n');
    expect(told).toContain('swarm is slower than pull for half of all images');
    expect(told).toContain('the origin sends more in swarm than in pull: 9.0 MB, not 2.0');
    expect(told).toContain('more requests fail in swarm than in pull: 2, not 0');
    expect(told).toContain('use more CPU in swarm than in pull: 12.0 s, not 5.0');
  });
});

describe('the page', () => {
  const page = htmlReport(fair);

  test('opens anywhere: no script, no address, nothing to fetch', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:/);
  });

  test('has a plot for each subject and a table for each, for light and dark', () => {
    // One for desktops and one for phones.
    expect(page.match(/<svg /g)?.length).toBe(2 * 6);
    expect(page.match(/<table>/g)?.length).toBe(8);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('what comes from outside is text, not markup', () => {
    expect(page).not.toContain('<b>');
    expect(page).not.toContain('<fast>');
    expect(page).toContain('a &#60;fast&#62; one');
  });

  test('the command to repeat it, the seed and the losses stand in both forms', () => {
    const lost = sampleResult([sampleMode('pull', 100), sampleMode('swarm', 200)]);
    for (const text of [htmlReport(lost), markdownReport(lost)]) {
      expect(text).toMatch(/seed\D*5/i);
      expect(text).toContain('npm run load');
      expect(text).toContain('Where swarm loses');
      expect(text).not.toContain('NaN');
      expect(text).not.toContain('undefined');
    }
  });

  test('a machine that was too busy is told before the figures', () => {
    const late = sampleMode('pull', 1, { lateMs: { driver: 3, links: 40 } });
    expect(htmlReport(sampleResult([late]))).toContain('too busy for exact times in pull');
    expect(markdownReport(fair)).not.toContain('too busy');
  });

  test('a run that was ended early says so, and one that saw nothing is still a page', () => {
    expect(htmlReport(sampleResult([], { isPartial: true }))).toContain('ended early');
    const nothing = sampleMode('deployment', 1, {
      visitors: [],
      dueMs: [],
      totalMs: [],
      originSent: [],
      originBytes: null,
    });
    expect(htmlReport(sampleResult([nothing]))).not.toMatch(/NaN|Infinity/);
    // As Ctrl-C leaves it while the edges of the second mode start.
    const begun = {
      ...nothing,
      wantedBytes: 0,
      deliveredBytes: 0,
      copies: null,
      wantedCopies: null,
      spread: null,
    };
    const cut = sampleResult([sampleMode('pull', 100), { ...begun, mode: 'swarm' }], { isPartial: true });
    for (const text of [htmlReport(cut), markdownReport(cut)]) expect(text).not.toMatch(/NaN|Infinity/);
    expect(scenariosTable([cut]).rows[0]).toMatchObject({ 2: '100, -', 8: '-' });
  });
});

test('many scenarios stand in one table: a line each, modes side by side, and where swarm loses', () => {
  const lost = sampleResult([sampleMode('pull', 100), sampleMode('swarm', 200)], { scenario: 'liar' });
  const { title, rows } = scenariosTable([fair, lost]);
  expect(title).toContain('origin, pull, swarm');
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ['flash-sale', '1000', '4995, 899, 100'],
    ['liar', '1000', '-, 100, 200'],
  ]);
  expect(rows[0]?.at(-1)).toBe('nothing');
  // A run that was ended before swarm's turn proves nothing.
  const cut = sampleResult([sampleMode('origin', 100)], { isPartial: true });
  expect(scenariosTable([cut]).rows[0]).toMatchObject({ 0: 'flash-sale (ended early)', 8: '-' });
  expect(rows[1]?.at(-1)).toBe('p50 (to pull); p95 (to pull); p99 (to pull); p99.9 (to pull)');
});
