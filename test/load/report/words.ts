/** What is said in words above the tables. */
import type { LoadResult } from '../result.ts';
import { busyModes, type ModeSummary, summaryOf } from './summary.ts';
import { ms } from './tables.ts';

/** What a reader sees first. */
export function inShort({ modes }: LoadResult): readonly string[] {
  const seen = modes.map(summaryOf).filter(({ p50Ms }) => Number.isFinite(p50Ms));
  const each = (text: (mode: ModeSummary) => string) =>
    seen.map((mode) => `${text(mode)} in ${mode.result.mode}`).join(', ');
  if (seen.length === 0) return [];
  const told = seen.filter(({ result }) => result.copies !== null);
  const copies = told.map(({ result: { copies, mode } }) => `${(copies ?? 0).toFixed(2)} in ${mode}`);
  return [
    `Half of all images came within ${each(({ p50Ms }) => ms(p50Ms))}; 95 of 100 within ${each(({ p95Ms }) => ms(p95Ms))}.`,
    ...(told.length > 0 ? [`The origin sent what was wanted ${copies.join(', ')} times.`] : []),
  ];
}

/** What a reader must know before the figures. */
export function cautions(result: LoadResult): readonly string[] {
  const busy = busyModes(result);
  return [
    ...(result.isPartial ? ['Partial: it was ended early.'] : []),
    ...(busy.length > 0
      ? [`The machine was too busy for exact times in ${busy.join(', ')}: see how late the loops ran.`]
      : []),
  ];
}
