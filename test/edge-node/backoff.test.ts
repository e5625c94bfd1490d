import { expect, test } from 'vitest';
import { fullJitterMs } from '../../edge-node/backoff.ts';
import { seededRandom } from '../../shared/random.ts';

const limits = { baseMs: 250, capMs: 3_000 };

test('threat row 50: delays are spread over the whole window, which doubles up to the cap', () => {
  const random = seededRandom(7);
  for (const [attempt, ceilingMs] of [
    [0, 250],
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [4, 3_000],
    [40, 3_000],
  ] as const) {
    const delays = Array.from({ length: 2_000 }, () => fullJitterMs(attempt, limits, random));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...delays)).toBeLessThan(ceilingMs * 0.02);
    expect(Math.max(...delays)).toBeLessThanOrEqual(ceilingMs);
    expect(Math.max(...delays)).toBeGreaterThan(ceilingMs * 0.98);
  }
});

test('a thousand failures in a row still give a delay', () => {
  expect(fullJitterMs(1_000, limits, seededRandom(1))).toBeLessThanOrEqual(3_000);
});
