/** Lists of entry numbers as ranges, as the frame `announce` has them. */
import type { NumberRanges } from '../api-types/feed.ts';

/**
 * @param numbers rising
 * @param isTaken whether a number between two of them names a set: then no range may cover it
 */
export function rangesOf(numbers: readonly number[], isTaken: (number: number) => boolean): number[] {
  const ranges: number[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && isFree(last + 1, number, isTaken)) ranges[ranges.length - 1] = number;
    else ranges.push(number, number);
  }
  return ranges;
}

function isFree(start: number, end: number, isTaken: (number: number) => boolean): boolean {
  for (let number = start; number < end; number++) if (isTaken(number)) return false;
  return true;
}

/** Each number of the ranges up to `highest`. */
export function* numbersIn(ranges: NumberRanges, highest: number): Generator<number> {
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    const last = Math.min(ranges[at + 1] as number, highest);
    for (let number = ranges[at] as number; number <= last; number++) yield number;
  }
}
