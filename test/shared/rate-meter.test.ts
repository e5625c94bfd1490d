import { describe, expect, test } from 'vitest';
import { RateMeter } from '../../shared/rate-meter.ts';

/** Adds `bytesPerSecond` in steps of `stepMs` from `fromMs` to `toMs`. */
function feed(meter: RateMeter, bytesPerSecond: number, fromMs: number, toMs: number, stepMs = 10): void {
  for (let now = fromMs + stepMs; now <= toMs; now += stepMs)
    meter.add((bytesPerSecond * stepMs) / 1000, now);
}

describe('RateMeter', () => {
  test('a steady rate is shown to 63 % after one window and to 95 % after three', () => {
    const meter = new RateMeter(10_000);
    feed(meter, 100_000, 0, 10_000);
    expect(meter.bytesPerSecond(10_000) / 1000).toBeCloseTo(63.2, 0);
    feed(meter, 100_000, 10_000, 30_000);
    expect(meter.bytesPerSecond(30_000) / 1000).toBeCloseTo(95.1, 0);
  });

  test('silence halves it every windowMs * ln 2', () => {
    const meter = new RateMeter(1000);
    meter.add(1000, 0);
    expect(meter.bytesPerSecond(0)).toBe(1000);
    expect(meter.bytesPerSecond(1000 * Math.LN2)).toBeCloseTo(500, 6);
    expect(meter.bytesPerSecond(2000 * Math.LN2)).toBeCloseTo(250, 6);
  });

  test('a burst is forgotten after ten windows, whether or not anyone asked in between', () => {
    const asked = new RateMeter(10_000);
    const alone = new RateMeter(10_000);
    for (const meter of [asked, alone]) meter.add(1_048_576, 5);
    for (let now = 10; now < 100_000; now += 70) asked.bytesPerSecond(now);
    expect(alone.bytesPerSecond(100_000)).toBeLessThan(10);
    expect(asked.bytesPerSecond(100_000)).toBeCloseTo(alone.bytesPerSecond(100_000), 6);
  });

  test('a first byte late in the life of the clock counts as one at its beginning', () => {
    const late = new RateMeter();
    late.add(5000, 1e12);
    const early = new RateMeter();
    early.add(5000, 0);
    expect(late.bytesPerSecond(1e12)).toBe(early.bytesPerSecond(0));
  });

  test('the total counts everything and never fades', () => {
    const meter = new RateMeter();
    meter.add(3, 0);
    meter.add(4, 1e9);
    expect(meter.totalBytes).toBe(7);
  });

  test('a clock that stands or goes back neither adds nor forgets', () => {
    const meter = new RateMeter();
    meter.add(1000, 100);
    const rate = meter.bytesPerSecond(100);
    expect([meter.bytesPerSecond(100), meter.bytesPerSecond(50)]).toEqual([rate, rate]);
  });
});
