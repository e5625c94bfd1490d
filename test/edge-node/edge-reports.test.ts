import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportProgress } from '../../edge-node/edge-reports.ts';
import type { FeedClientFrame } from '../../shared/api-types/feed.ts';

type Progress = Extract<FeedClientFrame, { type: 'progress' }>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('FE3: progress is told when it changed, every two seconds at most, and again on a new socket', () => {
  const reports: number[] = [];
  const feed = {
    session: 1 as number | undefined,
    report: ({ applied }: Progress) => void reports.push(applied),
  };
  let applied = 1;
  const progress = (): Progress => ({
    type: 'progress',
    applied,
    images: { known: 0, complete: 0 },
    bytes: { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 },
    peers: 0,
  });
  const timer = reportProgress(feed, { progress });
  vi.advanceTimersByTime(10_000);
  expect(reports, 'unchanged').toEqual([1]);
  applied = 2;
  vi.advanceTimersByTime(1_999);
  applied = 3;
  vi.advanceTimersByTime(1);
  expect(reports).toEqual([1, 3]);
  feed.session = undefined;
  vi.advanceTimersByTime(2_000);
  feed.session = 2;
  vi.advanceTimersByTime(2_000);
  expect(reports).toEqual([1, 3, 3]);
  feed.session = 3;
  vi.advanceTimersByTime(2_000);
  expect(reports, 'back before anybody looked').toEqual([1, 3, 3, 3]);
  clearInterval(timer);
});
