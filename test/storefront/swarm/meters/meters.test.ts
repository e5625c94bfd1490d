import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../storefront/src/swarm/meters/figures-of.ts';
import { copiesWords, originOnlySeconds } from '../../../../storefront/src/swarm/meters/meters.ts';
import { Series } from '../../../../storefront/src/swarm/meters/series.ts';
import { readRecording } from '../../../../storefront/src/swarm/source/recording.ts';

const recording = readFileSync(
  new URL('../../../support/one-seed-three-edges.ndjson', import.meta.url),
  'utf8',
);

describe('the figures of a recorded run', () => {
  const log = readRecording(recording);

  it('at its end every edge is done, and about one copy left the origin', () => {
    const figures = figuresOf(log, log.endMs);
    expect(figures).toMatchObject({ edges: 3, edgesDone: 3, copyBytes: 1_048_576, rarest: 4 });
    expect(figures.originCopies).toBeGreaterThanOrEqual(1);
    expect(figures.originCopies).toBeLessThan(1.2);
    expect(figures.verifiedShare).toBeCloseTo(1, 6);
  });

  it('nobody beats the bound, and the origin alone is three times as slow', () => {
    const { doneMs = 0, boundMs = 0, originOnlyMs = 0 } = figuresOf(log, log.endMs);
    expect(boundMs).toBeGreaterThan(0);
    expect(doneMs).toBeGreaterThan(boundMs);
    expect(originOnlyMs / boundMs).toBeCloseTo(3, 6);
  });

  it('at its begin only the origin has anything', () => {
    expect(figuresOf(log, 0)).toMatchObject({ originCopies: 0, edgesDone: 0, doneMs: undefined, rarest: 1 });
  });
});

describe('figures in words', () => {
  it.each([
    [0.984, '0.98'],
    [1.3, '1.30'],
    [2.44, '2.4'],
    [12.2, '12'],
  ])('%d copies', (copies, words) => {
    expect(copiesWords(copies)).toBe(words);
  });

  it('without a swarm every copy goes through the origin, and no edge is faster than its own line', () => {
    expect(originOnlySeconds(1000, 8, 100, 1000)).toBe(80);
    expect(originOnlySeconds(1000, 1, 1000, 10)).toBe(100);
  });

  it('a sum is asked for any moment', () => {
    const series = new Series();
    series.add(10, 5);
    series.add(10, 5);
    series.add(30, 1);
    expect([0, 9.9, 10, 29, 30, 99].map((ms) => series.at(ms))).toEqual([0, 0, 10, 10, 11, 11]);
    expect([...series.sampled(0, 40, 4)]).toEqual([0, 10, 10, 11, 11]);
    expect([...series.sampled(20, 40, 2)]).toEqual([0, 1, 1]);
    expect([10, 11].map((ms) => series.before(ms))).toEqual([0, 10]);
  });
});
