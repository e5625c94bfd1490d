import { describe, expect, it } from 'vitest';
import { ANNOUNCE_BATCH_LIMITS, AnnounceBatch } from '../../../shared/feed/announce-batch.ts';
import { type AnnounceFrame, MAX_FRAME_RANGES } from '../../../shared/feed/announce-frames.ts';
import { encodeClientFrame, parseClientFrame } from '../../../shared/feed/client-frame.ts';
import { numbersIn, rangesOf } from '../../../shared/feed/number-ranges.ts';
import { seededRandom } from '../../../shared/random.ts';

/** Sets are named by their numbers here; `gone` ones are published no more. */
function batchOf(gone: ReadonlySet<number> = new Set()) {
  const isSet = (number: number) => !gone.has(number);
  const numberOf = (set: number) => (isSet(set) ? set : undefined);
  return new AnnounceBatch<number>({ numberOf, isSet }, seededRandom(1));
}

/** All frames that are due until `end`, with their times. */
function framesUntil(batch: AnnounceBatch<number>, end: number): { at: number; frame: AnnounceFrame }[] {
  const frames: { at: number; frame: AnnounceFrame }[] = [];
  while (batch.nextAt <= end) {
    const at = batch.nextAt;
    const frame = batch.take(at);
    if (frame) frames.push({ at, frame });
  }
  return frames;
}

const none = { has: [], wants: [], left: [], whole: false };

describe('ranges of numbers', () => {
  it('FA1: a range covers numbers that name no set, and none that another set has', () => {
    expect(rangesOf([1, 2, 3, 7, 9], (number) => number === 8)).toEqual([1, 7, 9, 9]);
    expect([...numbersIn([1, 3, 7, 2 ** 50], 9)]).toEqual([1, 2, 3, 7, 8, 9]);
  });

  it('what is in the ranges is what was named, and free numbers', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const all = Array.from({ length: 60 }, (_, index) => index + 1);
      const named = all.filter(() => random.integer(2) === 0);
      const taken = new Set(all.filter((number) => !named.includes(number) && random.integer(3) === 0));
      const covered = [
        ...numbersIn(
          rangesOf(named, (number) => taken.has(number)),
          60,
        ),
      ];
      expect(
        named.every((number) => covered.includes(number)),
        `seed ${seed}`,
      ).toBe(true);
      expect(
        covered.filter((number) => taken.has(number)),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });
});

describe('announces in batches', () => {
  it('FA3: a new socket that has nothing to tell says so at once', () => {
    const batch = batchOf();
    expect(batch.nextAt).toBe(Number.POSITIVE_INFINITY);
    batch.opened(500);
    expect(framesUntil(batch, 500)).toEqual([{ at: 500, frame: { type: 'announce', ...none, whole: true } }]);
    expect(batch.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('FA2: the first change after a pause goes at once, what follows is gathered', () => {
    const batch = batchOf();
    batch.opened(0);
    framesUntil(batch, 0);
    batch.change(1, 'wants', 5_000);
    expect(framesUntil(batch, 5_000).map(({ frame }) => frame.wants)).toEqual([[1, 1]]);
    batch.change(2, 'wants', 5_010);
    batch.change(1, 'has', 5_020);
    batch.change(3, 'wants', 5_030);
    batch.change(3, 'left', 5_040);
    const { gatherMs } = ANNOUNCE_BATCH_LIMITS;
    expect(framesUntil(batch, 5_000 + gatherMs - 1)).toEqual([]);
    expect(framesUntil(batch, 5_000 + gatherMs)).toEqual([
      { at: 5_100, frame: { type: 'announce', has: [1, 1], wants: [2, 2], left: [3, 3], whole: false } },
    ]);
  });

  it('FA2: 200 sets joined and completed within two seconds are a handful of frames', () => {
    const batch = batchOf();
    batch.opened(0);
    framesUntil(batch, 0);
    let frames = 0;
    for (let set = 1; set <= 200; set++) batch.change(set, 'wants', 1_000);
    frames += framesUntil(batch, 1_000).length;
    for (let set = 1; set <= 200; set++) {
      batch.change(set, 'has', 1_000 + set * 10);
      frames += framesUntil(batch, 1_000 + set * 10).length;
    }
    frames += framesUntil(batch, 10_000).length;
    expect(frames).toBeLessThanOrEqual(22);
    expect(frames).toBeGreaterThan(1);
  });

  it('FA3: ten thousand sets are told in one small frame on a new socket, spread at random', () => {
    const batch = batchOf(new Set([5_000]));
    for (let set = 1; set <= 10_000; set++) batch.change(set, set === 7 ? 'wants' : 'has', 0);
    expect(batch.nextAt).toBe(Number.POSITIVE_INFINITY);
    batch.opened(100);
    expect(batch.nextAt).toBeGreaterThan(100);
    const [only, ...more] = framesUntil(batch, 100 + ANNOUNCE_BATCH_LIMITS.spreadMs);
    expect(only?.frame).toEqual({
      type: 'announce',
      has: [1, 6, 8, 10_000],
      wants: [7, 7],
      left: [],
      whole: true,
    });
    expect(more).toEqual([]);
  });

  it('FA1, FA3: scattered sets take several frames, each within the limits and the pace, the last says whole', () => {
    const batch = batchOf();
    for (let set = 1; set <= 3_000; set += 2) batch.change(set, set % 4 === 1 ? 'has' : 'wants', 0);
    batch.opened(0);
    const frames = framesUntil(batch, 60_000);
    expect(frames.map(({ frame }) => frame.whole)).toEqual([false, false, false, false, false, true]);
    const told = new Set<number>();
    for (const [index, { at, frame }] of frames.entries()) {
      expect(frame.has.length + frame.wants.length).toBeLessThanOrEqual(2 * MAX_FRAME_RANGES);
      expect(parseClientFrame(encodeClientFrame(frame))).toEqual(frame);
      if (index > 0) expect(at - (frames[index - 1]?.at ?? 0)).toBe(ANNOUNCE_BATCH_LIMITS.paceMs);
      for (const list of [frame.has, frame.wants])
        for (const number of numbersIn(list, 3_000)) told.add(number);
    }
    expect(told.size).toBe(1_500);
  });

  it('FA3: without a socket nothing is sent and nothing is forgotten', () => {
    const batch = batchOf();
    batch.opened(0);
    framesUntil(batch, 0);
    batch.change(1, 'has', 1_000);
    batch.closed();
    batch.change(2, 'wants', 2_000);
    batch.change(1, 'left', 2_000);
    expect(framesUntil(batch, 1e9)).toEqual([]);
    batch.opened(3_000);
    expect(framesUntil(batch, 9_000).map(({ frame }) => frame)).toEqual([
      { type: 'announce', has: [], wants: [2, 2], left: [], whole: true },
    ]);
  });

  it('FA1: a set that is published no more is not spoken of', () => {
    const gone = new Set<number>();
    const batch = batchOf(gone);
    batch.opened(0);
    framesUntil(batch, 0);
    batch.change(4, 'wants', 1_000);
    framesUntil(batch, 1_000);
    gone.add(4);
    batch.change(4, 'left', 2_000);
    expect(framesUntil(batch, 3_000).map(({ frame }) => frame)).toEqual([{ type: 'announce', ...none }]);
  });
});
