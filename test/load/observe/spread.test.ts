import { expect, test } from 'vitest';
import type { Outcome } from '../driver/drive.ts';
import { firstAnswers } from './spread.ts';

const outcome = (dueMs: number, image: number, isGood: boolean) =>
  ({ request: { dueMs, edge: 0, image, rendition: 0 }, totalMs: 1_000, isGood }) as Outcome;

test('everywhere: when the last of what was wanted of an edge was got; never, while something was not', () => {
  const got = [outcome(0, 1, true), outcome(2_000, 2, true)];
  expect(firstAnswers(got)).toEqual({ lastWantedSeconds: 2, lastAnsweredSeconds: 3 });
  const failed = outcome(1_000, 3, false);
  expect(firstAnswers([...got, failed])).toEqual({ lastWantedSeconds: 2, lastAnsweredSeconds: undefined });
  // Somebody else got it later.
  expect(firstAnswers([...got, failed, outcome(4_000, 3, true)]).lastAnsweredSeconds).toBe(5);
});
