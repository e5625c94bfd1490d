import { describe, expect, test } from 'vitest';
import type { LoadResult } from '../result.ts';
import { changesBetween, comparisonTable, differencesOfSetting } from './compare.ts';
import { ratiosApart, ratiosOfSameTraffic } from './ratios.ts';
import { fair, sampleMode, sampleResult } from './sample-results.ts';

describe('two runs beside each other', () => {
  const figures = (a: LoadResult, b: LoadResult) =>
    comparisonTable(changesBetween(a, b)).rows.map((row) => row.at(-1));

  test('a run beside itself shows no difference', () => {
    expect(new Set(figures(fair, fair))).toEqual(new Set(['no difference shown']));
  });

  test('twice the time is slower, half of it faster, and the interval holds the truth', () => {
    const before = sampleResult([sampleMode('pull', 100)]);
    for (const seed of [before.seed, before.seed + 1]) {
      const after = sampleResult([sampleMode('pull', 200)], { seed });
      expect(new Set(figures(before, after))).toEqual(new Set(['slower']));
      expect(new Set(figures(after, before))).toEqual(new Set(['faster']));
      for (const { ratio, low, high } of changesBetween(before, after)) {
        expect(ratio).toBe(2);
        expect(low).toBeLessThanOrEqual(2);
        expect(high).toBeGreaterThanOrEqual(2);
      }
    }
  });

  test('modes that only one has are left out, and settings that differ are told', () => {
    expect(
      changesBetween(fair, sampleResult([sampleMode('pull', 1)])).every((change) => change.mode === 'pull'),
    ).toBe(true);
    expect(differencesOfSetting(fair, { ...fair, seed: 6, isPartial: true })).toEqual([
      'seed: 5 in the first, 6 in the second',
      'at least one was ended early',
    ]);
  });

  test('a mode that only one has, or that saw nothing, is told and has no figures', () => {
    const [pull, swarm] = [sampleMode('pull', 100), sampleMode('swarm', 100)];
    const cut = sampleResult([pull, { ...swarm, requests: [], visitors: [], dueMs: [], totalMs: [] }]);
    expect(new Set(changesBetween(sampleResult([pull, swarm]), cut).map(({ mode }) => mode))).toEqual(
      new Set(['pull']),
    );
    expect(differencesOfSetting(sampleResult([pull, swarm]), sampleResult([pull]))).toEqual([
      'modes: pull, swarm in the first, pull in the second',
    ]);
  });

  test('with the same traffic the same visitors are drawn of both: what a visit is like falls out', () => {
    // Visits differ by a factor of fifty, both runs by a twentieth.
    const base = sampleMode('pull', 100);
    const first = { ...base, totalMs: base.visitors.map((visitor, at) => (1 + visitor) * (10 + (at % 7))) };
    const second = { ...first, mode: 'swarm' as const, totalMs: first.totalMs.map((ms) => ms * 1.05) };
    const widths = (ratios: readonly { low: number; high: number }[]) =>
      ratios.map(({ low, high }) => high - low);
    const [paired, apart] = [ratiosOfSameTraffic(first, second), ratiosApart(first, second)];
    expect(paired.map(({ ratio }) => ratio)).toEqual(paired.map(() => expect.closeTo(1.05)));
    for (const width of widths(paired)) expect(width).toBeLessThan(1e-9);
    for (const width of widths(apart)) expect(width).toBeGreaterThan(0.1);
  });

  test('what one run has not seen the end of counts for neither', () => {
    const first = sampleMode('pull', 100);
    const half = (values: readonly number[]) => values.filter((_, at) => at % 2 === 1);
    const cut = {
      ...first,
      requests: half(first.requests),
      visitors: half(first.visitors),
      totalMs: half(first.totalMs),
    };
    for (const { ratio, low, high } of ratiosOfSameTraffic(first, cut))
      expect([ratio, low, high]).toEqual([1, 1, 1]);
  });
});
