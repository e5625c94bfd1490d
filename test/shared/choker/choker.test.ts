import { describe, expect, it } from 'vitest';
import { chokingRound, fillFreeSlots, rotateOptimistic } from '../../../shared/choker/choker.ts';
import { type NodeStats, seedRoundRobin, titForTat } from '../../../shared/choker/ranking.ts';
import { seededRandom } from '../../../shared/random.ts';

const SLOTS = { slots: 4 };

function node(name: string, stats: Partial<NodeStats> = {}): NodeStats {
  return {
    node: name,
    group: name,
    isFleet: false,
    comesAfter: false,
    isInterested: true,
    isUnchoked: false,
    isSnubbing: false,
    isIdle: false,
    receivedBytesPerSecond: 0,
    sentBytesPerSecond: 0,
    sentSinceUnchokeBytes: 0,
    unchokedAt: 0,
    ...stats,
  };
}

const giving = (rates: Record<string, number>) =>
  Object.entries(rates).map(([name, receivedBytesPerSecond]) => node(name, { receivedBytesPerSecond }));

describe('tit-for-tat (BEP 3)', () => {
  it('serves those who gave most lately, and one at random beside them', () => {
    const stats = giving({ a: 5, b: 50, c: 20, d: 10, e: 1, f: 2 });
    const { nodes, optimistic } = chokingRound(stats, titForTat, undefined, SLOTS, seededRandom(1));
    expect([...nodes].slice(0, 3)).toEqual(['b', 'c', 'd']);
    expect(['a', 'e', 'f']).toContain(optimistic);
    expect(nodes.size).toBe(4);
  });

  it('serves nobody who wants nothing', () => {
    const stats = [node('a', { isInterested: false, receivedBytesPerSecond: 99 }), node('b')];
    expect([...chokingRound(stats, titForTat, undefined, SLOTS, seededRandom(1)).nodes]).toEqual(['b']);
  });

  it('a node that snubs us comes last whatever it gave before', () => {
    const stats = [
      ...giving({ a: 1, b: 1, c: 1 }),
      node('snub', { receivedBytesPerSecond: 99, isSnubbing: true }),
    ];
    const ranked = [...stats].sort(titForTat).map((stat) => stat.node);
    expect(ranked.at(-1)).toBe('snub');
  });
});

describe('optimistic slot (BEP 3)', () => {
  it('stays with its node through choking rounds', () => {
    const stats = giving({ a: 5, b: 50, c: 20, d: 10, e: 1, f: 2 });
    for (let seed = 0; seed < 20; seed++) {
      expect(chokingRound(stats, titForTat, 'e', SLOTS, seededRandom(seed)).optimistic).toBe('e');
    }
  });

  it('switched off, all slots go by rank, and nobody is drawn', () => {
    const stats = giving({ a: 5, b: 50, c: 20, d: 10, e: 1, f: 2 });
    const off = { ...SLOTS, optimisticSlots: 0 };
    const round = chokingRound(stats, titForTat, 'e', off, seededRandom(1));
    expect([...round.nodes]).toEqual(['b', 'c', 'd', 'a']);
    expect(round.optimistic).toBeUndefined();
    expect(rotateOptimistic(stats, round, off, seededRandom(1))).toBeUndefined();
  });

  it('moves every rotation, and reaches everybody about equally often', () => {
    const stats = giving({ a: 9, b: 9, c: 9, d: 0, e: 0, f: 0, g: 0, h: 0 });
    const random = seededRandom(7);
    const counts = new Map<string, number>();
    let optimistic: string | undefined = 'd';
    for (let round = 0; round < 2_000; round++) {
      const nodes = new Set(['a', 'b', 'c', optimistic as string]);
      const next = rotateOptimistic(stats, { nodes, optimistic }, SLOTS, random);
      expect(next).not.toBe(optimistic);
      expect(['a', 'b', 'c']).not.toContain(next);
      optimistic = next;
      counts.set(next as string, (counts.get(next as string) ?? 0) + 1);
    }
    for (const name of ['d', 'e', 'f', 'g', 'h']) expect(counts.get(name)).toBeGreaterThan(300);
  });

  it('goes to a snubbing node only when there is no other', () => {
    const stats = [...giving({ a: 9, b: 9, c: 9 }), node('snub', { isSnubbing: true }), node('fair')];
    for (let seed = 0; seed < 20; seed++) {
      expect(chokingRound(stats, titForTat, undefined, SLOTS, seededRandom(seed)).optimistic).toBe('fair');
    }
  });
});

describe('a free slot', () => {
  it('is given at once, best first, and never beyond the number of slots', () => {
    const stats = [
      node('a', { isUnchoked: true }),
      node('b', { isUnchoked: true }),
      ...giving({ c: 1, d: 3, e: 2 }),
    ];
    expect(fillFreeSlots(stats, titForTat, SLOTS)).toEqual(['d', 'e']);
    const full = ['a', 'b', 'c', 'd'].map((name) => node(name, { isUnchoked: true }));
    expect(fillFreeSlots([...full, node('e')], titForTat, SLOTS)).toEqual([]);
  });

  it('is what an unchoked node that lost interest leaves behind', () => {
    const stats = ['a', 'b', 'c', 'd'].map((name) =>
      node(name, { isUnchoked: true, isInterested: name !== 'a' }),
    );
    expect(fillFreeSlots([...stats, node('e')], titForTat, SLOTS)).toEqual(['e']);
  });
});

describe('threat row 13: a seed takes turns instead of rewarding whoever asks for most', () => {
  it('a node that had its share goes behind those that wait', () => {
    const ranking = seedRoundRobin(1_000);
    const stats = [
      node('greedy', { isUnchoked: true, sentSinceUnchokeBytes: 5_000, sentBytesPerSecond: 1e9 }),
      node('waiting', { unchokedAt: 5 }),
      node('served', { isUnchoked: true, sentSinceUnchokeBytes: 10 }),
      node('longest waiting', { unchokedAt: 1 }),
    ];
    expect(stats.sort(ranking).map((stat) => stat.node)).toEqual([
      'served',
      'longest waiting',
      'waiting',
      'greedy',
    ]);
  });
});

describe('threat row 13: who has a slot and asks for nothing', () => {
  const idle = (name: string, stats: Partial<NodeStats> = {}) =>
    node(name, { isUnchoked: true, isIdle: true, ...stats });

  it('goes behind those that wait, at a seed, and ahead of none by being there first', () => {
    const stats = [idle('idle'), node('waiting', { unchokedAt: 5 }), node('served', { isUnchoked: true })];
    const order = stats.sort(seedRoundRobin(1_000)).map((stat) => stat.node);
    expect(order).toEqual(['served', 'waiting', 'idle']);
  });

  it('goes behind those that gave as much, by tit-for-tat, and not behind those that gave less', () => {
    const stats = [idle('idle'), idle('giving', { receivedBytesPerSecond: 2 }), node('new')];
    stats.push(...giving({ less: 1 }));
    expect(stats.sort(titForTat).map((stat) => stat.node)).toEqual(['giving', 'less', 'new', 'idle']);
  });

  it('keeps it while nobody else wants it', () => {
    const stats = ['a', 'b', 'c'].map((name) => idle(name));
    const { nodes } = chokingRound(stats, seedRoundRobin(1_000), undefined, SLOTS, seededRandom(1));
    expect([...nodes].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('threat row 1: slots by who somebody is, not by how many ids he has', () => {
  const sybils = Array.from({ length: 50 }, (_, i) => node(`sybil ${i}`, { group: '198.51.100' }));
  const edge = (name: string) => node(name, { isFleet: true });

  it('strangers of one group have one slot, however many they are', () => {
    const stats = [...sybils, node('a'), node('b')];
    const chosen = fillFreeSlots(stats, titForTat, SLOTS);
    expect(chosen).toHaveLength(3);
    expect(chosen).toEqual(expect.arrayContaining(['a', 'b']));
    const round = chokingRound(stats, titForTat, undefined, SLOTS, seededRandom(1)).nodes;
    expect([...round].filter((name) => name.startsWith('sybil'))).toHaveLength(1);
  });

  it('and one lot for the optimistic slot', () => {
    const regular = ['x', 'y', 'z'].map((name) => node(name, { receivedBytesPerSecond: 9 }));
    const stats = [...regular, ...sybils, node('a'), node('b')];
    let sybilTurns = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { optimistic } = chokingRound(stats, titForTat, undefined, SLOTS, seededRandom(seed));
      if (optimistic?.startsWith('sybil')) sybilTurns++;
    }
    expect(sybilTurns).toBeGreaterThan(60);
    expect(sybilTurns).toBeLessThan(140);
  });

  it('nodes of the fleet go first, and strangers beside them share a few slots', () => {
    const options = { slots: 6, strangerSlots: 2 };
    const strangers = ['a', 'b', 'c', 'd'].map((name) => node(name, { receivedBytesPerSecond: 1e6 }));
    const stats = [...strangers, edge('e'), edge('f'), edge('g')];
    const chosen = fillFreeSlots(stats, titForTat, options);
    expect(chosen.slice(0, 3)).toEqual(['e', 'f', 'g']);
    expect(chosen).toHaveLength(5);
  });

  it('a fleet that wants nothing leaves all slots to strangers', () => {
    const strangers = ['a', 'b', 'c', 'd'].map((name) => node(name));
    const idle = node('e', { isFleet: true, isInterested: false });
    expect(fillFreeSlots([...strangers, idle], titForTat, { slots: 4, strangerSlots: 1 })).toHaveLength(4);
  });
});
