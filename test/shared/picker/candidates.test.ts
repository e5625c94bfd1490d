import { describe, expect, it } from 'vitest';
import { type CandidateOwner, Candidates, MAX_LEVEL } from '../../../shared/picker/candidates.ts';
import { seededRandom } from '../../../shared/random.ts';

interface Channel extends CandidateOwner {
  readonly name: string;
}

const channel = (name: string, pieceCount = 100): Channel => ({
  name,
  pieceCount,
  queuedAt: undefined,
  queuedCount: 0,
});

function takeAll(candidates: Candidates<Channel>, seed = 1): string[] {
  const random = seededRandom(seed);
  const taken: string[] = [];
  for (;;) {
    const next = candidates.take((bound) => random.integer(bound));
    if (!next) return taken;
    taken.push(`${next.owner.name}${next.piece}@${next.level}`);
  }
}

describe('rarest first (BEP 3), over all channels of a link', () => {
  it('takes what fewest nodes have, of whatever torrent', () => {
    const candidates = new Candidates<Channel>();
    const [a, b] = [channel('a'), channel('b')];
    candidates.add(a, 0, 3);
    candidates.add(b, 0, 1);
    candidates.add(a, 1, 2);
    candidates.add(b, 1, 4);
    expect(takeAll(candidates)).toEqual(['b0@1', 'a1@2', 'a0@3', 'b1@4']);
  });

  it('breaks ties at random, over all channels', () => {
    const firsts = Array.from({ length: 60 }, (_, seed) => {
      const candidates = new Candidates<Channel>();
      for (const name of ['a', 'b', 'c', 'd']) {
        const owner = channel(name);
        for (let piece = 0; piece < 5; piece++) candidates.add(owner, piece, 2);
      }
      return takeAll(candidates, seed)[0] as string;
    });
    expect(new Set(firsts).size).toBeGreaterThan(10);
  });

  it('a piece that became rarer comes up at its new place, once', () => {
    const candidates = new Candidates<Channel>();
    const a = channel('a');
    for (const [piece, level] of [
      [0, 2],
      [1, 5],
      [1, 1],
      [1, 4],
    ] as const)
      candidates.add(a, piece, level);
    expect(candidates.count).toBe(2);
    expect(takeAll(candidates)).toEqual(['a1@1', 'a0@2']);
  });

  it('beyond the highest level all are alike', () => {
    const candidates = new Candidates<Channel>();
    candidates.add(channel('a'), 0, 60_000);
    expect(takeAll(candidates)).toEqual([`a0@${MAX_LEVEL}`]);
  });
});

describe('what is left behind', () => {
  it('a closed channel takes its pieces with it', () => {
    const candidates = new Candidates<Channel>();
    const [a, b] = [channel('a'), channel('b')];
    for (let piece = 0; piece < 10; piece++) candidates.add(a, piece, 1);
    candidates.add(b, 3, 2);
    candidates.drop(a);
    expect(candidates.count).toBe(1);
    expect(takeAll(candidates)).toEqual(['b3@2']);
  });

  it('is swept out: channels that come and go leave no memory (threat row 2)', () => {
    const candidates = new Candidates<Channel>();
    for (let i = 0; i < 1_000; i++) {
      const owner = channel(`${i}`);
      for (let piece = 0; piece < 100; piece++) candidates.add(owner, piece, 1 + (piece % 7));
      candidates.drop(owner);
    }
    expect(candidates.count).toBe(0);
    expect(candidates.entryCount).toBeLessThan(1_000);
  });

  it('random adds, takes and closes agree with a plain sorted list (40 seeds)', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const candidates = new Candidates<Channel>();
      const owners = ['a', 'b', 'c'].map((name) => channel(name, 20));
      const truth = new Map<string, number>();
      const wrong: string[] = [];
      for (let i = 0; i < 2_000; i++) {
        const owner = owners[random.integer(3)] as Channel;
        const what = random.integer(10);
        if (what === 0 && random.integer(20) === 0) {
          candidates.drop(owner);
          for (const key of truth.keys()) if (key.startsWith(owner.name)) truth.delete(key);
        } else if (what < 6) {
          const [piece, level] = [random.integer(20), random.integer(9)];
          const key = `${owner.name}${piece}`;
          candidates.add(owner, piece, level);
          truth.set(key, Math.min(level, truth.get(key) ?? level));
        } else {
          const taken = candidates.take((bound) => random.integer(bound));
          const lowest = truth.size > 0 ? Math.min(...truth.values()) : undefined;
          const key = `${taken?.owner.name}${taken?.piece}`;
          if (taken?.level !== lowest || truth.get(key) !== lowest)
            wrong.push(`seed ${seed}, step ${i}: ${key}`);
          truth.delete(key);
        }
        if (candidates.count !== truth.size) wrong.push(`seed ${seed}, step ${i}: count`);
      }
      expect(wrong).toEqual([]);
    }
  });
});
