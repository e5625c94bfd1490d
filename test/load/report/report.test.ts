import { describe, expect, test } from 'vitest';
import type { LoadResult, ModeResult } from '../result.ts';
import { changesBetween, comparisonTable, differencesOfSetting } from './compare.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import { lossesOf, marksOf } from './summary.ts';
import { linePlot, stackedBars, steps } from './svg.ts';

function mode(name: ModeResult['mode'], ms: number, more: Partial<ModeResult> = {}): ModeResult {
  const requests = 1_000;
  return {
    mode: name,
    visitors: Array.from({ length: requests }, (_, at) => at % 50),
    dueMs: Array.from({ length: requests }, (_, at) => at * 10),
    totalMs: Array.from({ length: requests }, (_, at) => ms * (0.5 + at / requests)),
    counts: { planned: requests, good: requests, failed: 0, failures: {}, wrong: 0, failovers: 0 },
    originSent: [
      [0.1, 1_000],
      [1, 2_000_000],
    ],
    originBytes: { toPeers: 1_000_000, toNodesHttp: 1_000_000, toShoppers: 0 },
    wantedBytes: 2_000_000,
    wantedCopies: 7.5,
    copies: 1,
    taken: { peers: 8_000_000, webSeed: 2_000_000, raced: 10_000 },
    deliveredBytes: 60_000_000,
    sources: { memory: 40_000_000, disk: 10_000_000, peers: 8_000_000, webSeed: 2_000_000 },
    spread: { seconds: 3, boundSeconds: 1.5, bytes: 2_000_000, lastWantedSeconds: 2 },
    cpuSeconds: { origin: 1, edges: 4 },
    lateMs: { driver: 1, links: 2 },
    ...more,
  };
}

function result(modes: readonly ModeResult[], more: Partial<LoadResult> = {}): LoadResult {
  return {
    format: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    command: 'npm run load -- --photos "<b>"',
    machine: { node: 'Node v20', processor: 'a <fast> one', cores: 2, kernel: 'Linux 6' },
    version: '0.1.0',
    scenario: 'flash-sale',
    summary: 'everybody comes',
    seed: 5,
    edges: 8,
    visitorsPerSecond: 12,
    isPartial: false,
    modes,
    ...more,
  };
}

const fair = result([
  mode('origin', 5_000, { copies: 18 }),
  mode('pull', 900, { copies: 7.6 }),
  mode('swarm', 100, { copies: 1.1 }),
]);

describe('marks', () => {
  test('a flash sale that goes as promised meets all four', () => {
    expect(marksOf(fair).map(({ isMet }) => isMet)).toEqual([true, true, true, true]);
  });

  test('each one is missed alone', () => {
    const swarmOf = (ms: number, copies: number) =>
      marksOf(result([fair.modes[0]!, fair.modes[1]!, mode('swarm', ms, { copies })])).map(
        ({ isMet }) => isMet,
      );
    expect(swarmOf(100, 1.16)).toEqual([false, true, true, true]);
    expect(swarmOf(301, 1.1)).toEqual([true, true, false, true]);
    expect(swarmOf(1_001, 1.1)).toEqual([true, true, false, false]);
  });

  test('steady: no mode more than 5 % slower than another', () => {
    const steady = (ms: number) =>
      marksOf(result([mode('pull', 100), mode('swarm', ms)], { scenario: 'steady-browse' }));
    expect(steady(104).every(({ isMet }) => isMet)).toBe(true);
    expect(steady(106).some(({ isMet }) => isMet)).toBe(false);
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
    expect(lossesOf(result([mode('pull', 900), mode('swarm', 100, cheap)]))).toEqual([]);
  });

  test('slower, costlier for the origin, more failures, more CPU', () => {
    const bad = mode('swarm', 200, {
      originBytes: { toPeers: 9e6, toNodesHttp: 0, toShoppers: 0 },
      counts: { planned: 1_000, good: 998, failed: 1, failures: { 'too late': 1 }, wrong: 1, failovers: 0 },
      cpuSeconds: { origin: 3, edges: 9 },
    });
    const told = lossesOf(result([mode('pull', 100), bad])).join('\n');
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
    expect(page.match(/<svg /g)?.length).toBe(4);
    expect(page.match(/<table>/g)?.length).toBe(7);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('what comes from outside is text, not markup', () => {
    expect(page).not.toContain('<b>');
    expect(page).not.toContain('<fast>');
    expect(page).toContain('a &#60;fast&#62; one');
  });

  test('the command to repeat it, the seed and the losses stand in both forms', () => {
    const lost = result([mode('pull', 100), mode('swarm', 200)]);
    for (const text of [htmlReport(lost), markdownReport(lost)]) {
      expect(text).toContain('seed 5');
      expect(text).toContain('npm run load');
      expect(text).toContain('Where swarm loses');
      expect(text).not.toContain('NaN');
      expect(text).not.toContain('undefined');
    }
  });

  test('a machine that was too busy is told before the figures', () => {
    const late = mode('pull', 1, { lateMs: { driver: 3, links: 40 } });
    expect(htmlReport(result([late]))).toContain('too busy for exact times in pull');
    expect(markdownReport(fair)).not.toContain('too busy');
  });

  test('a run that was ended early says so, and one that saw nothing is still a page', () => {
    expect(htmlReport(result([], { isPartial: true }))).toContain('ended early');
    const nothing = mode('deployment', 1, {
      visitors: [],
      dueMs: [],
      totalMs: [],
      originSent: [],
      originBytes: null,
    });
    expect(htmlReport(result([nothing]))).not.toMatch(/NaN|Infinity/);
  });
});

describe('plots', () => {
  test('steps are round numbers from 0 that do not go beyond', () => {
    expect(steps(10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(steps(0.7)).toEqual([0, 0.2, 0.4, 0.6].map((value) => expect.closeTo(value)));
    expect(steps(1_234)).toEqual([0, 500, 1_000]);
  });

  test('the first point is at the left and the largest at the top', () => {
    const line = {
      name: 'a',
      className: 'x',
      points: [
        [0, 0],
        [5, 10],
      ] as const,
    };
    expect(linePlot([line], { xUnit: 's', yUnit: 'MB' })).toContain('points="64.0,260.0 704.0,12.0"');
  });

  test('ten thousand points become some hundreds, and the last is among them', () => {
    const points = Array.from({ length: 10_000 }, (_, at) => [at, at] as const);
    const svg = linePlot([{ name: 'a', className: 'x', points }], { xUnit: 's', yUnit: 'MB' });
    expect(svg.match(/\d+\.\d,\d+\.\d/g)!.length).toBeLessThan(510);
    expect(svg).toContain('704.0,12.0"');
  });

  test('nothing to show is no plot', () => {
    expect(linePlot([], { xUnit: 's', yUnit: 'MB' })).toBe('');
  });

  test('parts of a bar stand side by side', () => {
    const parts = [0.25, 0.75].map((share) => ({ name: 'p', className: 'c', share }));
    const svg = stackedBars([{ name: 'swarm', parts }]);
    expect(svg).toContain('x="90.0" y="0" width="153.5"');
    expect(svg).toContain('x="243.5" y="0" width="460.5"');
  });
});

describe('two runs beside each other', () => {
  const figures = (a: LoadResult, b: LoadResult) =>
    comparisonTable(changesBetween(a, b)).rows.map((row) => row.at(-1));

  test('a run beside itself shows no difference', () => {
    expect(new Set(figures(fair, fair))).toEqual(new Set(['no difference shown']));
  });

  test('twice the time is slower, half of it faster, and the interval holds the truth', () => {
    const [before, after] = [result([mode('pull', 100)]), result([mode('pull', 200)])];
    expect(new Set(figures(before, after))).toEqual(new Set(['slower']));
    expect(new Set(figures(after, before))).toEqual(new Set(['faster']));
    for (const { low, high } of changesBetween(before, after)) {
      expect(low).toBeLessThanOrEqual(2);
      expect(high).toBeGreaterThanOrEqual(2);
    }
  });

  test('modes that only one has are left out, and settings that differ are told', () => {
    expect(changesBetween(fair, result([mode('pull', 1)])).every((change) => change.mode === 'pull')).toBe(
      true,
    );
    expect(differencesOfSetting(fair, { ...fair, seed: 6, isPartial: true })).toEqual([
      'seed: 5 in the first, 6 in the second',
      'at least one was ended early',
    ]);
  });
});
