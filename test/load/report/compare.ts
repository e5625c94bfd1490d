/** What differs between two runs. */
import { percentileOf, sortedNumbers } from '../../support/percentile.ts';
import type { LoadResult, ModeResult } from '../result.ts';
import { FIGURES, type Ratio, ratiosApart, ratiosOfSameTraffic } from './ratios.ts';
import type { Table } from './tables.ts';

export interface Change extends Ratio {
  readonly mode: string;
  readonly before: number;
  readonly after: number;
}

const TRAFFIC = ['scenario', 'seed', 'edges', 'visitorsPerSecond'] as const;

/** Of modes in which both saw images. */
export function changesBetween(a: LoadResult, b: LoadResult): readonly Change[] {
  const isSameTraffic = TRAFFIC.every((name) => a[name] === b[name]);
  return a.modes.flatMap((before) => {
    const after = b.modes.find(({ mode }) => mode === before.mode);
    if (after === undefined || before.totalMs.length === 0 || after.totalMs.length === 0) return [];
    const isSame = isSameTraffic && before.counts.planned === after.counts.planned;
    return changesOf(before, after, isSame ? ratiosOfSameTraffic : ratiosApart);
  });
}

function changesOf(before: ModeResult, after: ModeResult, ratiosOf: typeof ratiosApart): Change[] {
  const [all, allAfter] = [sortedNumbers(before.totalMs), sortedNumbers(after.totalMs)];
  const ratios = ratiosOf(before, after);
  return FIGURES.map(([figure, part]) => ({
    ...ratios.find((one) => one.figure === figure)!,
    mode: before.mode,
    before: percentileOf(all, part),
    after: percentileOf(allAfter, part),
  }));
}

export function comparisonTable(changes: readonly Change[]): Table {
  return {
    title: 'Image time, second run beside the first',
    head: ['mode', 'figure', 'first', 'second', 'second over first', '95 % of draws', ''],
    rows: changes.map(({ mode, figure, before, after, ratio, low, high }) => [
      mode,
      figure,
      `${before.toFixed(1)} ms`,
      `${after.toFixed(1)} ms`,
      ratio.toFixed(3),
      `${low.toFixed(3)} to ${high.toFixed(3)}`,
      low > 1 ? 'slower' : high < 1 ? 'faster' : 'no difference shown',
    ]),
  };
}

/** What makes two results hard to compare, in words. */
export function differencesOfSetting(a: LoadResult, b: LoadResult): readonly string[] {
  const lines = ([...TRAFFIC, 'version'] as const)
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name]} in the first, ${b[name]} in the second`);
  if (a.machine.processor !== b.machine.processor || a.machine.cores !== b.machine.cores)
    lines.push('the machines differ');
  const [modes, otherModes] = [a, b].map((result) => result.modes.map(({ mode }) => mode).join(', '));
  if (modes !== otherModes)
    lines.push(`modes: ${modes || 'none'} in the first, ${otherModes || 'none'} in the second`);
  if (a.isPartial || b.isPartial) lines.push('at least one was ended early');
  return lines;
}
