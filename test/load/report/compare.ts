/**
 * What differs between two runs, with intervals: visitors are drawn again with replacement (a bootstrap over whole
 * visits, since images of one page are not independent), and a figure's change is said with the middle 95 % of what
 * those draws give.
 */
import { type Random, seededRandom } from '../../../shared/random.ts';
import { percentileOf, sortedNumbers } from '../../support/percentile.ts';
import type { LoadResult, ModeResult } from '../result.ts';
import type { Table } from './tables.ts';

const DRAWS = 500;
const FIGURES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

export interface Change {
  readonly mode: string;
  readonly figure: string;
  readonly before: number;
  readonly after: number;
  /** After over before; the middle 95 % of the draws. */
  readonly low: number;
  readonly high: number;
}

/** Of modes that both have. */
export function changesBetween(a: LoadResult, b: LoadResult): readonly Change[] {
  return a.modes.flatMap((before) => {
    const after = b.modes.find(({ mode }) => mode === before.mode);
    return after ? changesOf(before, after) : [];
  });
}

function changesOf(before: ModeResult, after: ModeResult): Change[] {
  const random = seededRandom(1);
  const visits = [visitsOf(before), visitsOf(after)] as const;
  const ratios = FIGURES.map((): number[] => []);
  for (let draw = 0; draw < DRAWS; draw++) {
    const [one, other] = [drawn(visits[0], random), drawn(visits[1], random)];
    FIGURES.forEach(([, part], place) => {
      ratios[place]?.push(percentileOf(other, part) / percentileOf(one, part));
    });
  }
  const [all, allAfter] = [sortedNumbers(before.totalMs), sortedNumbers(after.totalMs)];
  return FIGURES.map(([figure, part], place) => {
    const sorted = sortedNumbers(ratios[place] as number[]);
    return {
      mode: before.mode,
      figure,
      before: percentileOf(all, part),
      after: percentileOf(allAfter, part),
      low: percentileOf(sorted, 0.025),
      high: percentileOf(sorted, 0.975),
    };
  });
}

function visitsOf({ visitors, totalMs }: ModeResult): number[][] {
  const visits = new Map<number, number[]>();
  visitors.forEach((visitor, index) => {
    const times = visits.get(visitor) ?? [];
    times.push(totalMs[index] as number);
    visits.set(visitor, times);
  });
  return [...visits.values()];
}

function drawn(visits: readonly number[][], random: Random): number[] {
  return sortedNumbers(visits.flatMap(() => visits[random.integer(visits.length)] as number[]));
}

export function comparisonTable(changes: readonly Change[]): Table {
  return {
    title: 'Image time, second run beside the first',
    head: ['mode', 'figure', 'first', 'second', 'second over first', '95 % of draws', ''],
    rows: changes.map(({ mode, figure, before, after, low, high }) => [
      mode,
      figure,
      `${before.toFixed(1)} ms`,
      `${after.toFixed(1)} ms`,
      (after / before).toFixed(3),
      `${low.toFixed(3)} to ${high.toFixed(3)}`,
      low > 1 ? 'slower' : high < 1 ? 'faster' : 'no difference shown',
    ]),
  };
}

/** What makes two results hard to compare, in words. */
export function differencesOfSetting(a: LoadResult, b: LoadResult): readonly string[] {
  const settings = ['scenario', 'seed', 'edges', 'visitorsPerSecond', 'version'] as const;
  const lines = settings
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name]} in the first, ${b[name]} in the second`);
  if (a.machine.processor !== b.machine.processor || a.machine.cores !== b.machine.cores)
    lines.push('the machines differ');
  if (a.isPartial || b.isPartial) lines.push('at least one was ended early');
  return lines;
}
