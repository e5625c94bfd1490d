import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { choosePeers, type HandOutPeer } from '../../../shared/tracker/handout.ts';

describe('choosePeers', () => {
  const peerOf = (key: string, network: string, isSeed = false, isReachable = true): HandOutPeer => ({
    key,
    network,
    isSeed,
    isReachable,
  });
  const swarm = (count: number, make: (i: number) => HandOutPeer) =>
    Array.from({ length: count }, (_, i) => make(i));
  const choose = (requester: HandOutPeer, peers: readonly HandOutPeer[], numWant: number, seed = 1) =>
    choosePeers({ requester, peers, numWant, random: seededRandom(seed) });

  it('gives all of a small swarm but the requester', () => {
    const peers = swarm(10, (i) => peerOf(`p${i}`, 'n'));
    const keys = choose(peers[3] as HandOutPeer, peers, 50).map((peer) => peer.key);
    expect(keys.sort()).toEqual(['p0', 'p1', 'p2', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9']);
  });

  it('seeds are not handed to seeds', () => {
    const peers = swarm(40, (i) => peerOf(`p${i}`, 'n', i % 2 === 0));
    expect(choose(peerOf('me', 'n', true), peers, 50).every((peer) => !peer.isSeed)).toBe(true);
    expect(choose(peerOf('me', 'n', false), peers, 50).some((peer) => peer.isSeed)).toBe(true);
  });

  it('near peers come first and fill no more than half when others are there', () => {
    const peers = swarm(90, (i) => peerOf(`p${i}`, i < 30 ? 'near' : `far${i}`, i % 3 === 0));
    const chosen = choose(peerOf('me', 'near'), peers, 20);
    expect(chosen).toHaveLength(20);
    expect(chosen.slice(0, 10).every((peer) => peer.network === 'near' && !peer.isSeed)).toBe(true);
    expect(chosen.some((peer) => peer.network !== 'near')).toBe(true);
  });

  it('never gives one peer twice, nor more than wanted', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 500; round++) {
      const peers = swarm(random.integer(700), (i) =>
        peerOf(`p${i}`, `n${i % 7}`, random.integer(2) === 0, random.integer(5) > 0),
      );
      const numWant = random.integer(51);
      const requester = peerOf(`p${random.integer(700)}`, 'n3', random.integer(2) === 0);
      const chosen = choosePeers({ requester, peers, numWant, random });
      expect(new Set(chosen).size, `seed ${seed}`).toBe(chosen.length);
      expect(chosen.length, `seed ${seed}`).toBeLessThanOrEqual(numWant);
      expect(
        chosen.every((peer) => peer.isReachable && peer.key !== requester.key),
        `seed ${seed}`,
      ).toBe(true);
    }
  });

  it('in a large swarm every peer is handed out about as often as any other', () => {
    const peers = swarm(1_000, (i) => peerOf(`p${i}`, `n${i}`));
    const random = seededRandom(7);
    const counts = new Map<string, number>();
    for (let round = 0; round < 4_000; round++)
      for (const { key } of choosePeers({ requester: peerOf('me', 'n'), peers, numWant: 50, random }))
        counts.set(key, (counts.get(key) ?? 0) + 1);
    // 200 on average; five standard deviations of a binomial are 70.
    expect(counts.size).toBe(1_000);
    expect(Math.min(...counts.values())).toBeGreaterThan(130);
    expect(Math.max(...counts.values())).toBeLessThan(270);
  });
});
