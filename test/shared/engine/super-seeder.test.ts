import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { SuperSeeder } from '../../../shared/engine/super-seeder.ts';
import { seededRandom } from '../../../shared/random.ts';

const PIECES = 40;
const WINDOW = 4;
const STALL_MS = 700;

/** A seeder and pupils that have what they were offered when the test says so. */
function classOf(count: number, seed = 1, wantsLastTogether = false) {
  const seeder = new SuperSeeder(PIECES, WINDOW, seededRandom(seed));
  const has = Array.from({ length: count }, () => Bitfield.empty(PIECES));
  const here = new Set<number>();
  const availability = (piece: number) => [...here].filter((pupil) => has[pupil]?.has(piece)).length;
  for (let pupil = 0; pupil < count; pupil++) {
    seeder.join(pupil, 0);
    here.add(pupil);
  }
  const offer = (pupil: number) =>
    seeder.offer(pupil, {
      has: has[pupil] as Bitfield,
      hasOtherSources: here.size > 1,
      wantsLastTogether,
      availability,
    });
  const had = (pupil: number, piece: number) => {
    has[pupil]?.set(piece);
    seeder.had(pupil, piece);
  };
  const leave = (pupil: number) => {
    here.delete(pupil);
    seeder.leave(pupil, availability);
  };
  return { seeder, has, offer, had, leave };
}

describe('super-seeding (BEP 16)', () => {
  it('tells each node of different pieces, a window at a time', () => {
    const { offer } = classOf(3);
    const offers = [offer(0), offer(1), offer(2)];
    expect(offers.map((pieces) => pieces.length)).toEqual([WINDOW, WINDOW, WINDOW]);
    expect(new Set(offers.flat()).size).toBe(3 * WINDOW);
    expect(offer(0)).toEqual([]);
  });

  it('tells of the next piece when the node has one', () => {
    const { offer, had } = classOf(2);
    const [first] = offer(0);
    had(0, first as number);
    expect(offer(0)).toHaveLength(1);
  });

  it('over all nodes, each piece is told once while all are strict', () => {
    const { offer, had } = classOf(4);
    const told: number[] = [];
    for (let round = 0; round < 100; round++) {
      const pupil = round % 4;
      for (const piece of offer(pupil)) {
        told.push(piece);
        had(pupil, piece);
      }
    }
    expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: PIECES }, (_, piece) => piece));
  });

  it('a node alone is told everything, window by window', () => {
    const { offer, had } = classOf(1);
    let count = 0;
    for (let offers = offer(0); offers.length > 0; offers = offer(0)) {
      for (const piece of offers) had(0, piece);
      count += offers.length;
    }
    expect(count).toBe(PIECES);
  });

  it('what a node alone was told is told to others when it leaves without it', () => {
    const { offer, had, leave } = classOf(2);
    const lost = offer(0);
    leave(0);
    const told: number[] = [];
    for (let offers = offer(1); offers.length > 0; offers = offer(1)) {
      for (const piece of offers) had(1, piece);
      told.push(...offers);
    }
    expect(told).toEqual(expect.arrayContaining(lost));
    expect(told).toHaveLength(PIECES);
  });

  it('strictness ends for a node that had all it was told and gets nothing more', () => {
    const { seeder, offer, had } = classOf(2);
    // Node 1 is told of a window and never has it; node 0 has all the rest at once.
    const kept = offer(1);
    for (let i = 0; i < 200; i++) for (const piece of offer(0)) had(0, piece);
    expect(offer(0)).toEqual([]);
    expect(seeder.stallsAt(1, 0, STALL_MS)).toBe(Number.POSITIVE_INFINITY);
    expect(seeder.stallsAt(0, 5_000, STALL_MS)).toBe(5_700);
    seeder.relax(0);
    expect(offer(0).sort()).toEqual(kept.sort());
  });

  it('a relaxed node is told the rarest it lacks; a piece from elsewhere makes it strict again', () => {
    const { seeder, has, offer, had } = classOf(3);
    const others = offer(1);
    while (offer(2).length > 0) for (let piece = 0; piece < PIECES; piece++) had(2, piece);
    seeder.relax(0);
    const told = offer(0);
    expect(told.length).toBe(WINDOW);
    had(0, told[0] as number);
    expect(offer(0)).toHaveLength(1);
    const elsewhere = others.find((piece) => !told.includes(piece) && !has[0]?.has(piece));
    had(0, elsewhere as number);
    for (const piece of told.slice(1)) had(0, piece);
    expect(offer(0).length).toBeLessThan(WINDOW);
  });

  it('a stock client is never told the last piece alone: libtorrent drops who becomes a seed while it wants nothing', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { offer, had } = classOf(1, seed, true);
      let toldCount = 0;
      let last: number[] = [];
      for (let offers = offer(0); offers.length > 0; offers = offer(0)) {
        toldCount += offers.length;
        last = offers;
        for (const piece of offers) had(0, piece);
      }
      expect(toldCount).toBe(PIECES);
      expect(last.length, `seed ${seed}`).toBeGreaterThan(1);
    }
  });

  it('one by one, too', () => {
    const { offer, had } = classOf(1, 1, true);
    const queue = offer(0);
    const batches: number[][] = [];
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
      had(0, piece);
      const offers = offer(0);
      if (offers.length > 0) batches.push(offers);
      queue.push(...offers);
    }
    expect(batches.at(-1)?.length).toBe(2);
  });
});
