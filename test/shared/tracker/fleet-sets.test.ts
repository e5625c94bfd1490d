import { describe, expect, it } from 'vitest';
import { rangesOf } from '../../../shared/feed/number-ranges.ts';
import { seededRandom } from '../../../shared/random.ts';
import { FleetSets } from '../../../shared/tracker/fleet-sets.ts';
import { PeerNews } from '../../../shared/tracker/peer-news.ts';
import type { SwarmPeer } from '../../../shared/tracker/swarm.ts';
import type { PeerId } from '../../../shared/units.ts';

const ONE = '11'.repeat(20) as PeerId;
const TWO = '22'.repeat(20) as PeerId;
const GRACE_MS = 2_500;

const frame = (over: { has?: number[]; wants?: number[]; left?: number[]; whole?: boolean }) => ({
  type: 'announce' as const,
  has: [],
  wants: [],
  left: [],
  whole: false,
  ...over,
});

function fleet(): FleetSets {
  const sets = new FleetSets(GRACE_MS);
  sets.open(ONE, { ip: '10.0.0.1', port: 6881 });
  sets.open(TWO, { ip: '10.0.0.2', port: 6881 });
  return sets;
}

/** `1` a seed, `1?` a leecher. */
const peersOf = (sets: FleetSets, number: number) =>
  sets.peersOf(number).map(({ ip, isSeed }) => `${ip.at(-1)}${isSeed ? '' : '?'}`);

describe('the sets of the fleet', () => {
  it('FA2: a frame moves sets from wanted to held, and away', () => {
    const sets = fleet();
    expect(sets.apply(ONE, frame({ wants: [1, 3] }), 10).map(({ number }) => number)).toEqual([1, 2, 3]);
    sets.apply(TWO, frame({ has: [2, 2] }), 10);
    expect([1, 2, 3, 4].map((number) => peersOf(sets, number))).toEqual([['1?'], ['1?', '2'], ['1?'], []]);
    expect(sets.apply(ONE, frame({ has: [2, 2], left: [3, 3] }), 10)).toEqual([
      { number: 2, isSeed: true, didWant: true },
    ]);
    expect([1, 2, 3].map((number) => peersOf(sets, number))).toEqual([['1?'], ['1', '2'], []]);
  });

  it('FA1: numbers beyond the log are no sets, however large the range', () => {
    const sets = fleet();
    expect(sets.apply(ONE, frame({ has: [1, Number.MAX_SAFE_INTEGER] }), 5)).toHaveLength(5);
    expect(sets.apply(ONE, frame({ wants: [6, 2 ** 40] }), 5)).toEqual([]);
    expect(peersOf(sets, 6)).toEqual([]);
  });

  it('FA3: a lost socket takes its seats away after the grace', () => {
    const sets = fleet();
    sets.apply(ONE, frame({ has: [1, 5], whole: true }), 5);
    expect(sets.lost(ONE, 1_000)).toBe(1_000 + GRACE_MS);
    sets.expire(1_000 + GRACE_MS - 1);
    expect(peersOf(sets, 3)).toEqual(['1']);
    sets.expire(1_000 + GRACE_MS);
    expect(peersOf(sets, 3)).toEqual([]);
    expect(sets.size).toBe(1);
  });

  it('FA3: an edge that is back in time keeps its seats, until it has told what it has now', () => {
    const sets = fleet();
    sets.apply(ONE, frame({ has: [1, 5], whole: true }), 5);
    sets.lost(ONE, 0);
    sets.open(ONE, { ip: '10.0.0.1', port: 6881 });
    sets.expire(1e9);
    expect(peersOf(sets, 3)).toEqual(['1']);
    sets.apply(ONE, frame({ has: [1, 2] }), 5);
    expect(peersOf(sets, 3)).toEqual(['1']);
    sets.apply(ONE, frame({ wants: [5, 5], whole: true }), 5);
    expect([1, 2, 3, 4, 5].map((number) => peersOf(sets, number))).toEqual([['1'], ['1'], [], [], ['1?']]);
  });

  it('FA3: an edge that comes back under another address begins anew', () => {
    const sets = fleet();
    sets.apply(ONE, frame({ has: [1, 5], whole: true }), 5);
    sets.open(ONE, { ip: '10.0.0.9', port: 6881 });
    expect(peersOf(sets, 1)).toEqual([]);
  });

  it('whatever frames come, each edge is where its last word left it', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const sets = fleet();
    const model = new Map<number, boolean>();
    for (let round = 0; round < 2_000; round++) {
      const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
      const chosen = numbers.filter(() => random.integer(9) === 0);
      const kind = (['has', 'wants', 'left'] as const)[random.integer(3)] as 'has' | 'wants' | 'left';
      sets.apply(ONE, frame({ [kind]: rangesOf(chosen, () => true) }), 100);
      for (const number of chosen)
        if (kind === 'left') model.delete(number);
        else model.set(number, kind === 'has');
      const number = 1 + random.integer(100);
      const state = model.get(number);
      const expected = state === undefined ? [] : [state ? '1' : '1?'];
      expect(peersOf(sets, number), `seed ${seed} round ${round}`).toEqual(expected);
    }
  });
});

describe('news of peers', () => {
  const peer = (ip: string, port = 7000): SwarmPeer => ({
    ip,
    port,
    peerId: TWO,
    compact: new Uint8Array(),
    key: `${ip} ${port}`,
    network: ip.slice(0, ip.lastIndexOf('.')),
    isSeed: false,
    isReachable: true,
  });

  it('FA4: one table of addresses, and the same peer once a set', () => {
    const news = new PeerNews();
    expect(news.take()).toBeUndefined();
    news.add(5, [peer('10.0.0.1'), peer('10.0.0.2')], '');
    news.add(6, [peer('10.0.0.2')], '');
    news.add(5, [peer('10.0.0.1')], '');
    expect(news.take()).toEqual({
      type: 'peers',
      addresses: [
        { ip: '10.0.0.1', port: 7000 },
        { ip: '10.0.0.2', port: 7000 },
      ],
      sets: [
        { entry: 5, peers: [0, 1] },
        { entry: 6, peers: [1] },
      ],
    });
    expect(news.isEmpty).toBe(true);
  });

  it('FA4: of too many peers those of the edge’s network are told', () => {
    const news = new PeerNews();
    const far = Array.from({ length: 80 }, (_, index) => peer('10.0.1.1', index + 1));
    const near = Array.from({ length: 3 }, (_, index) => peer('10.0.0.1', index + 1));
    news.add(5, [...far, ...near], '10.0.0');
    const told = news.take();
    expect(told?.sets[0]?.peers).toHaveLength(50);
    expect(told?.addresses.slice(0, 4).map(({ ip }) => ip)).toEqual([
      ...Array.from({ length: 3 }, () => '10.0.0.1'),
      '10.0.1.1',
    ]);
  });

  it('FA4: what does not fit a frame waits for the next; beyond the cap nothing is kept', () => {
    const news = new PeerNews();
    for (let number = 1; number <= 5_000; number++) news.add(number, [peer('10.0.0.1', number)], '');
    let sets = 0;
    for (let told = news.take(); told; told = news.take()) {
      expect(told.sets.length).toBeLessThanOrEqual(256);
      expect(told.addresses.length).toBeLessThanOrEqual(512);
      sets += told.sets.length;
    }
    expect(sets).toBe(4_096);
  });
});
