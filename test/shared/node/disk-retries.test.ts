import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DiskRetries } from '../../../shared/node/disk-retries.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that is refused for good. @returns when it was tried again */
function refused(retries: DiskRetries): number[] {
  const tried: number[] = [];
  const startedAt = performance.now();
  const work = () => {
    tried.push(performance.now() - startedAt);
    retries.later(work);
  };
  retries.later(work);
  return tried;
}

test('what is refused again and again is tried after twice the time, up to half a minute', () => {
  const retries = new DiskRetries();
  const tried = refused(retries);
  vi.advanceTimersByTime(3_100);
  expect(tried).toEqual([100, 300, 700, 1_500, 3_100]);
  vi.advanceTimersByTime(600_000);
  expect(tried.at(-1)! - tried.at(-2)!).toBe(30_000);
});

test('what fails together is tried again together: many pieces are one round', () => {
  const retries = new DiskRetries();
  const first = refused(retries);
  vi.advanceTimersByTime(60);
  const second = refused(retries);
  vi.advanceTimersByTime(640);
  expect(first).toEqual([100, 300, 700]);
  expect(second).toEqual([40, 240, 640]);
});

test('a disk that took something is asked soon again', () => {
  const retries = new DiskRetries();
  const tried = refused(retries);
  vi.advanceTimersByTime(700);
  retries.worked();
  vi.advanceTimersByTime(900);
  expect(tried).toEqual([100, 300, 700, 1_500, 1_600]);
});

test('at the end nothing is tried any more', () => {
  const retries = new DiskRetries();
  const tried = refused(retries);
  retries.close();
  vi.advanceTimersByTime(60_000);
  expect(tried).toEqual([]);
});
