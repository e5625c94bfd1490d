import { expect, test } from 'vitest';
import type { Outcome } from './driver/drive.ts';
import { countsOf, figuresOf } from './mode-figures.ts';
import type { FleetWatch } from './observe/fleet-watch.ts';
import type { Run } from './run.ts';
import { scenarios } from './scenarios.ts';
import type { PlannedRequest } from './traffic/plan.ts';

const request = (number: number): PlannedRequest => ({
  number,
  dueMs: 10 * number,
  visitor: 0,
  edge: 0,
  image: 0,
  rendition: 0,
});
const came = (number: number, totalMs: number, more: Partial<Outcome> = {}): Outcome => ({
  request: request(number),
  totalMs,
  firstMs: totalMs,
  bytes: 100,
  isGood: true,
  failure: '',
  isWrong: false,
  failovers: 0,
  cacheStatus: '',
  ...more,
});

test('what failed, or was wrong, counts with the time after which shoppers give up, however soon it was refused', () => {
  const failed = { isGood: false, failure: 'ECONNRESET', failovers: 2 };
  const outcomes = [
    came(0, 40),
    came(1, 3, failed),
    came(2, 5, { isGood: false, isWrong: true }),
    came(3, 30_004, failed),
  ];
  const figures = countsOf([0, 1, 2, 3, 4].map(request), outcomes, 30_000);
  expect(figures.totalMs).toEqual([40, 30_000, 30_000, 30_004]);
  expect(figures.counts).toEqual({
    planned: 5,
    good: 1,
    failed: 2,
    failures: { ECONNRESET: 2 },
    wrong: 1,
    failovers: 4,
  });
  expect(figures.deliveredBytes).toBe(100);
});

test('a mode that was ended before anything was asked has no copies, and came nowhere', () => {
  const run = { plan: [], shop: { products: 0, images: [] }, digests: new Map(), timeoutMs: 1, edges: 2 };
  const watch = { taken: { peers: 0, webSeed: 0, raced: 0 }, completeAtMs: undefined } as FleetWatch;
  const nothing = { outcomes: [], lateMs: [], startedAtMs: 0 };
  const cold = { ...run, scenario: scenarios['cold-browse'] } as unknown as Run;
  expect(figuresOf(cold, 'pull', nothing, watch, [])).toMatchObject({
    copies: null,
    wantedCopies: null,
    spread: null,
  });
});
