import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../shared/errors.ts';
import { TokenBucket } from '../../shared/token-bucket.ts';

describe('TokenBucket', () => {
  test('begins full: a burst goes at once, then it waits for the debt', () => {
    const bucket = new TokenBucket(1000, 500, 0);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(500, 0);
    expect(bucket.waitMs(0)).toBe(1);
    bucket.take(99, 0);
    expect(bucket.waitMs(0)).toBe(100);
    expect(bucket.waitMs(60)).toBe(40);
    expect(bucket.waitMs(100)).toBe(0);
  });

  test('a message larger than the burst passes, and is paid for afterwards', () => {
    const bucket = new TokenBucket(1000, 10, 0);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(16_384, 0);
    expect(bucket.waitMs(0)).toBe(16_375);
  });

  test('a long pause saves up one burst and no more', () => {
    const bucket = new TokenBucket(1000, 500, 0);
    bucket.take(500, 1_000_000);
    expect(bucket.waitMs(1_000_000)).toBeGreaterThan(0);
  });

  test('Infinity is no limit', () => {
    const bucket = new TokenBucket(Number.POSITIVE_INFINITY, 1, 0);
    bucket.take(Number.MAX_SAFE_INTEGER, 0);
    expect(bucket.waitMs(0)).toBe(0);
  });

  test('a rate of zero lets the first burst out and then nothing', () => {
    const bucket = new TokenBucket(0, 10, 0);
    bucket.take(10, 0);
    expect(bucket.waitMs(1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a clock that goes back takes nothing away', () => {
    const bucket = new TokenBucket(1000, 500, 1000);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(100, 0);
    expect(bucket.waitMs(1000)).toBe(0);
  });

  test.each([
    [-1, 10],
    [Number.NaN, 10],
    [10, 0],
    [10, Number.NaN],
  ])('a rate of %d with a burst of %d is our own mistake', (rate, burst) => {
    expect(() => new TokenBucket(rate, burst, 0)).toThrow(InternalError);
  });

  test('whoever waits as told may send, and never sends more than burst + rate * time + one message', () => {
    const plan = fc.record({
      rate: fc.integer({ min: 1, max: 1_000_000 }),
      burst: fc.integer({ min: 1, max: 100_000 }),
      sizes: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 50 }),
    });
    fc.assert(
      fc.property(plan, ({ rate, burst, sizes }) => {
        const bucket = new TokenBucket(rate, burst, 0);
        let now = 0;
        let sent = 0;
        for (const size of sizes) {
          now += bucket.waitMs(now);
          expect(bucket.waitMs(now)).toBe(0);
          expect(sent).toBeLessThanOrEqual(burst + (rate * now) / 1000);
          bucket.take(size, now);
          sent += size;
        }
      }),
    );
  });
});
