import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import type { AnnounceEvent, AnnounceRequest } from '../../../shared/tracker/announce-query.ts';
import { choosePeers } from '../../../shared/tracker/handout.ts';
import { SWARM_TABLE_LIMITS, SwarmTable } from '../../../shared/tracker/swarm-table.ts';
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../../../shared/units.ts';

const HASH = parseInfoHash('aa'.repeat(20)) as InfoHash;
const OTHER = parseInfoHash('bb'.repeat(20)) as InfoHash;

function request(
  port: number,
  leftBytes = 1,
  event: AnnounceEvent = 'started',
  infoHash = HASH,
): AnnounceRequest {
  return {
    infoHash,
    peerId: parsePeerId(port.toString(16).padStart(40, '0')) as PeerId,
    port,
    uploadedBytes: 0,
    downloadedBytes: 0,
    leftBytes,
    event,
    numWant: 50,
    compact: true,
    noPeerId: false,
  };
}

function tableOf(limits = {}): SwarmTable {
  const table = new SwarmTable(limits);
  table.add(HASH);
  return table;
}

describe('SwarmTable', () => {
  it('counts seeds, leechers and completions', () => {
    const table = tableOf();
    table.announce(request(1, 0), '10.0.0.1', true, 0);
    table.announce(request(2, 5), '10.0.0.1', true, 0);
    expect(table.counts(HASH, 1)).toEqual({ seeds: 1, leechers: 1, completed: 0 });
    table.announce(request(2, 0, 'completed'), '10.0.0.1', true, 2);
    table.announce(request(2, 0, 'completed'), '10.0.0.1', true, 3);
    expect(table.counts(HASH, 4)).toEqual({ seeds: 2, leechers: 0, completed: 1 });
    table.announce(request(1, 0, 'stopped'), '10.0.0.1', true, 5);
    expect(table.counts(HASH, 5)).toEqual({ seeds: 1, leechers: 0, completed: 1 });
  });

  it('a peer that announces again under another id is one peer', () => {
    const table = tableOf();
    table.announce(request(1), '10.0.0.1', true, 0);
    table.announce({ ...request(1), peerId: parsePeerId('ee'.repeat(20)) as PeerId }, '10.0.0.1', true, 1);
    expect(table.peerCount).toBe(1);
  });

  it('a peer that fell silent is gone, and one that announced again is not', () => {
    const table = tableOf({ expiryMs: 1_000 });
    table.announce(request(1), '10.0.0.1', true, 0);
    table.announce(request(2), '10.0.0.1', true, 100);
    table.announce(request(1), '10.0.0.1', true, 900);
    expect(table.counts(HASH, 1_099)?.leechers).toBe(2);
    expect(table.counts(HASH, 1_100)?.leechers).toBe(1);
    table.sweep(1_900);
    expect(table.peerCount).toBe(0);
  });

  it('threat row 20: nobody signs off or speaks for another address, whatever peer id he shows', () => {
    const table = tableOf();
    const victim = request(1, 0);
    table.announce(victim, '10.0.0.1', true, 0);
    table.announce({ ...victim, event: 'stopped' }, '10.9.9.9', true, 1);
    table.announce({ ...victim, leftBytes: 5 }, '10.9.9.9', true, 2);
    expect(table.counts(HASH, 3)).toEqual({ seeds: 1, leechers: 1, completed: 0 });
  });

  it('threat row 20: a stranger is handed out only after somebody reached it', () => {
    const table = tableOf();
    table.announce(request(7), '10.0.0.7', false, 0);
    const handOut = (now: number) => {
      const { requester, peers } = table.announce(request(1), '10.0.0.1', true, now)!;
      return choosePeers({ requester, peers, numWant: 50, random: seededRandom(1) }).map((peer) => peer.port);
    };
    expect(handOut(1)).toEqual([]);
    table.markReachable(HASH, '10.0.0.7', 7);
    expect(handOut(2)).toEqual([7]);
    table.announce(request(7), '10.0.0.7', false, 3);
    expect(handOut(4)).toEqual([7]);
  });

  it('threat row 22: a million announces for unknown torrents leave nothing behind', () => {
    const table = tableOf();
    for (let i = 0; i < 1_000_000; i++)
      if (table.announce(request(1, 1, 'started', OTHER), '10.0.0.1', true, i)) expect.unreachable();
    expect([table.swarmCount, table.peerCount]).toEqual([1, 0]);
    expect(table.counts(OTHER, 0)).toBeUndefined();
  });

  it('threat row 22: caps hold per address, per swarm and in total, and who is left out is answered', () => {
    const table = tableOf({ maxPeersPerSite: 3, maxPeersPerSwarm: 5, maxPeers: 7 });
    table.add(OTHER);
    for (let port = 1; port <= 9; port++) table.announce(request(port), '10.0.0.1', true, 0);
    expect(table.peerCount).toBe(3);
    for (let port = 1; port <= 9; port++) table.announce(request(port), `10.0.1.${port}`, true, 0);
    expect(table.peerCount).toBe(5);
    for (let port = 1; port <= 9; port++)
      table.announce(request(port, 1, 'started', OTHER), `10.0.2.${port}`, true, 0);
    expect(table.peerCount).toBe(7);
    expect(table.announce(request(99), '10.0.9.9', true, 1)?.peers).toHaveLength(5);
    expect(table.announce(request(2), '10.0.0.1', true, 2)?.peers).toHaveLength(5);
  });

  it.each([
    ['one address', () => '203.0.113.7', '203.0.113.8'],
    ['one /64', (at: number) => `2001:db8:1:2::${(at + 1).toString(16)}`, '2001:db8:1:3::1'],
  ])('threat row 22: %s fills an eighth of the table at most, and 64 places of a swarm', (_, ipOf, other) => {
    const table = new SwarmTable();
    const hashes = Array.from({ length: 600 }, (_, at) => parseInfoHash(at.toString(16).padStart(40, '0'))!);
    for (const hash of hashes) table.add(hash);
    const flood = (event: AnnounceEvent) => {
      for (const hash of hashes)
        for (let port = 1; port <= 70; port++)
          table.announce(request(port, 1, event, hash), ipOf(port), false, 0);
    };
    flood('started');
    expect(table.counts(hashes[0]!, 0)?.leechers).toBe(64);
    expect(table.peerCount).toBe(31_250);
    table.announce(request(1, 1, 'started', hashes[0]), other, false, 0);
    expect(table.peerCount).toBe(31_251);
    flood('periodic');
    expect(table.peerCount, 'who is in it stays').toBe(31_251);
    for (const hash of hashes.slice(0, 300)) table.remove(hash);
    flood('stopped');
    table.sweep(SWARM_TABLE_LIMITS.expiryMs);
    expect(table.peerCount).toBe(0);
    flood('started');
    expect(table.peerCount, 'places are given back').toBe(300 * 64);
  });

  it('a torrent that is removed takes its peers along', () => {
    const table = tableOf();
    table.announce(request(1), '10.0.0.1', true, 0);
    table.remove(HASH);
    table.remove(HASH);
    expect([table.peerCount, table.announce(request(1), '10.0.0.1', true, 1)]).toEqual([0, undefined]);
  });

  it('in any order of announces the counts are those of a plain list', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const table = tableOf({ expiryMs: 500, maxPeersPerSite: 1_000 });
    const model = new Map<number, { left: number; seenAt: number }>();
    for (let now = 0; now < 5_000; now++) {
      const port = 1 + random.integer(300);
      const left = random.integer(2);
      const event = (['started', 'stopped', 'periodic', 'completed'] as const)[random.integer(4)]!;
      table.announce(request(port, left, event), '10.0.0.1', true, now);
      model.delete(port);
      if (event !== 'stopped') model.set(port, { left, seenAt: now });
      for (const [key, { seenAt }] of model) if (now - seenAt >= 500) model.delete(key);
      const seeds = [...model.values()].filter((peer) => peer.left === 0).length;
      const counts = table.counts(HASH, now);
      expect([counts?.seeds, counts?.leechers, table.peerCount], `seed ${seed} at ${now}`).toEqual([
        seeds,
        model.size - seeds,
        model.size,
      ]);
    }
  });
});
