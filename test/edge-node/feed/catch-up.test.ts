/** PU4 of docs/PROTOCOL.md: an edge that was away catches up before it serves; with the origin away it serves. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CatchUp } from '../../../edge-node/feed/catch-up.ts';

let applied: number;
let canAsk: boolean;
let asked: number[];
let now: number;
/** What somebody set the clock ahead by. */
let setAheadMs: number;
let catchUp: CatchUp;

beforeEach(() => {
  vi.useFakeTimers();
  [applied, canAsk, asked, now, setAheadMs] = [5, true, [], 1_000_000, 0];
  catchUp = new CatchUp({
    applied: () => applied,
    askHead: (question) => {
      if (canAsk) asked.push(question);
      return canAsk;
    },
    now: () => now + setAheadMs,
    sinceBootMs: () => now,
  });
});
afterEach(() => {
  catchUp.close();
  vi.useRealTimers();
});

/** Time in which this process runs. */
function run(ms: number): void {
  for (let at = 0; at < ms; at += 50) {
    now += 50;
    vi.advanceTimersByTime(50);
  }
}
function standStill(ms: number): void {
  now += ms;
}

function joined(): void {
  catchUp.welcomed();
  catchUp.head(applied, undefined);
  expect(catchUp.isCurrent).toBe(true);
}

test('an edge that starts serves when its log reaches the head it is shown', async () => {
  expect(catchUp.isCurrent).toBe(false);
  const waiting = catchUp.whenCurrent(1_000);
  catchUp.welcomed();
  catchUp.head(7, undefined);
  applied = 6;
  catchUp.applied();
  expect(catchUp.isCurrent).toBe(false);
  applied = 7;
  catchUp.applied();
  expect(catchUp.isCurrent).toBe(true);
  expect(await waiting).toBe(true);
});

test('an edge that starts serves when the origin cannot be reached, or refuses it', () => {
  catchUp.lost(true);
  expect(catchUp.isCurrent).toBe(true);
});

test('when the feed is lost an edge serves on at once', () => {
  joined();
  catchUp.lost(false);
  expect(catchUp.isCurrent).toBe(true);
});

test('an edge that stood still asks for the head, and takes no other for an answer', () => {
  joined();
  standStill(3_000);
  expect(catchUp.isCurrent).toBe(false);
  expect(asked).toEqual([1]);
  catchUp.head(5, undefined);
  catchUp.head(5, 99);
  catchUp.applied();
  expect(catchUp.isCurrent).toBe(false);
  catchUp.head(6, 1);
  expect(catchUp.isCurrent).toBe(false);
  applied = 6;
  catchUp.applied();
  expect(catchUp.isCurrent).toBe(true);
});

test('an edge that stood still and then finds its socket gone waits for the next dial', () => {
  joined();
  standStill(60_000);
  catchUp.lost(false);
  expect(catchUp.isCurrent).toBe(false);
  catchUp.welcomed();
  catchUp.head(6, undefined);
  expect(catchUp.isCurrent).toBe(false);
  catchUp.lost(true);
  expect(catchUp.isCurrent).toBe(true);
});

test('one that stood still before its welcome asks after it', () => {
  standStill(3_000);
  expect(catchUp.isCurrent).toBe(false);
  catchUp.welcomed();
  expect(asked).toEqual([1]);
  catchUp.head(5, 1);
  expect(catchUp.isCurrent).toBe(true);
});

test('an origin that cannot be asked tells by its next head', () => {
  joined();
  canAsk = false;
  standStill(3_000);
  expect(catchUp.isCurrent).toBe(false);
  catchUp.head(5, undefined);
  expect(catchUp.isCurrent).toBe(true);
});

test('an origin that says nothing for five seconds is away; while entries come it is not', () => {
  catchUp.welcomed();
  catchUp.head(9, undefined);
  for (const _ of [1, 2, 3]) {
    run(4_000);
    catchUp.applied();
    expect(catchUp.isCurrent).toBe(false);
  }
  run(5_000);
  expect(catchUp.isCurrent).toBe(true);
  // Its heads change nothing any more, until the next socket.
  catchUp.head(10, undefined);
  expect(catchUp.isCurrent).toBe(true);
});

test('an origin that was slow to take the edge in is not away any more: its head counts', () => {
  run(6_000);
  expect(catchUp.isCurrent).toBe(true);
  catchUp.welcomed();
  catchUp.head(7, undefined);
  expect(catchUp.lagEntries).toBe(2);
  expect(catchUp.isCurrent).toBe(false);
  applied = 7;
  catchUp.applied();
  expect(catchUp.isCurrent).toBe(true);
});

test('an origin with another log is nothing to wait for', () => {
  catchUp.welcomed();
  catchUp.giveUp();
  catchUp.head(9, undefined);
  expect(catchUp.isCurrent).toBe(true);
});

test('who waits is told that it takes too long', async () => {
  const waiting = catchUp.whenCurrent(2_000);
  run(2_000);
  expect(await waiting).toBe(false);
});

test('an edge whose clock is set, ahead or back, did not stand still', () => {
  joined();
  run(500);
  for (const ms of [3_600_000, -3_600_000, 0]) {
    setAheadMs = ms;
    expect(catchUp.isCurrent).toBe(true);
    run(500);
    expect(catchUp.isCurrent).toBe(true);
  }
  expect(asked).toEqual([]);
  // The same jump while it does stand still is seen all the same.
  standStill(10_000);
  setAheadMs = -10_000;
  run(300);
  expect(catchUp.isCurrent).toBe(false);
});
