import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import {
  randomTorrent,
  type VirtualNode,
  VirtualSwarm,
  type VirtualTorrent,
} from '../../support/virtual-swarm.ts';

const KIB = 1024;
/** An image set: a ladder of small files, some shorter than a block, none a multiple of it. */
const imageSet = () =>
  new Geometry(16 * KIB, [3_000, 9_100, 21_500, 60_000, 120_321, 240_000, 411_007, 5_000]);
/** Pieces of several blocks. */
const largeSet = () => new Geometry(64 * KIB, [1_000_000, 333_333]);

function swarmWith(seed: number, torrent: VirtualTorrent): VirtualSwarm {
  const swarm = new VirtualSwarm(seed);
  swarm.addTorrent(torrent);
  return swarm;
}

const allHold = (nodes: readonly VirtualNode[], torrent: VirtualTorrent) => () =>
  nodes.every((node) => node.holdsAll(torrent));

function uploadedCopies(node: VirtualNode, torrent: VirtualTorrent): number {
  return node.engine.counters.uploadedBytes / torrent.geometry.contentBytes;
}

describe('a swarm in virtual time', () => {
  for (const [name, geometry] of [
    ['an image set', imageSet()],
    ['a set with pieces of four blocks', largeSet()],
  ] as const) {
    it(`${name} goes from one seed to one node, each byte once`, () => {
      const torrent = randomTorrent(geometry, 1);
      const swarm = swarmWith(1, torrent);
      const seed = swarm.addNode('seed');
      const node = swarm.addNode('node');
      seed.add(torrent, { seed: true });
      node.add(torrent, {});
      expect(swarm.runUntil(allHold([node], torrent), 60_000)).toBe(true);
      expect(seed.engine.counters.uploadedBytes).toBe(geometry.contentBytes);
      expect(node.engine.counters.fromPeersBytes).toBe(geometry.contentBytes);
      expect(node.engine.counters.wastedBytes).toBe(0);
    });
  }

  it('BEP 16: of an origin and eight edges that start together, the origin sends about one copy', () => {
    const torrent = randomTorrent(imageSet(), 2);
    const swarm = swarmWith(2, torrent);
    const origin = swarm.addNode('origin', { upBytesPerSecond: 2_500_000 });
    origin.add(torrent, { seed: true, superSeed: true });
    const edges = Array.from({ length: 8 }, (_, i) =>
      swarm.addNode(`edge ${i}`, { upBytesPerSecond: 2_500_000 }),
    );
    for (const edge of edges) edge.add(torrent, {});
    expect(swarm.runUntil(allHold(edges, torrent), 60_000)).toBe(true);
    expect(uploadedCopies(origin, torrent)).toBeLessThan(1.3);
  });

  it('BEP 16: strictness ends for a node whose only other source is out of reach', () => {
    const torrent = randomTorrent(imageSet(), 3);
    const swarm = swarmWith(3, torrent);
    const origin = swarm.addNode('origin');
    const first = swarm.addNode('first');
    origin.add(torrent, { seed: true, superSeed: true });
    first.add(torrent, {});
    expect(swarm.runUntil(allHold([first], torrent), 60_000)).toBe(true);
    first.kill();
    const second = swarm.addNode('second');
    second.add(torrent, {});
    expect(swarm.runUntil(allHold([second], torrent), 60_000)).toBe(true);
  });

  it('a node that dies with requests out loses them to others', () => {
    for (let seed = 10; seed < 20; seed++) {
      const torrent = randomTorrent(largeSet(), seed);
      const swarm = swarmWith(seed, torrent);
      const seeds = [0, 1].map((i) => swarm.addNode(`seed ${i}`, { upBytesPerSecond: 500_000 }));
      for (const node of seeds) node.add(torrent, { seed: true });
      const node = swarm.addNode('node');
      node.add(torrent, {});
      swarm.run(700);
      seeds[0]?.kill();
      expect(swarm.runUntil(allHold([node], torrent), 60_000), `seed ${seed}`).toBe(true);
    }
  });

  it('readers first: pieces a reader waits for come in its order, and nothing else with want none', () => {
    const torrent = randomTorrent(imageSet(), 4);
    const swarm = swarmWith(4, torrent);
    const seed = swarm.addNode('seed');
    const node = swarm.addNode('node');
    seed.add(torrent, { seed: true });
    node.add(torrent, { want: 'none' });
    swarm.run(5_000);
    expect(node.stores.get(torrent.infoHash)?.size).toBe(0);
    const { first, last } = torrent.geometry.piecesOfRange(4, 0, 120_321);
    const pieces = Array.from({ length: last - first + 1 }, (_, i) => (first + i) as PieceIndex);
    node.input({ type: 'readerWants', torrent: torrent.infoHash, reader: 1, pieces });
    const held = () => [...(node.stores.get(torrent.infoHash)?.keys() ?? [])];
    expect(swarm.runUntil(() => held().length === pieces.length, 10_000)).toBe(true);
    expect(held()).toEqual(pieces);
    node.input({ type: 'readerLeft', torrent: torrent.infoHash, reader: 1 });
    swarm.run(10_000);
    expect(held()).toEqual(pieces);
  });

  it('web seed: a torrent without peers completes from it; with peers it is not asked', () => {
    const torrent = randomTorrent(imageSet(), 5);
    const lonely = swarmWith(5, torrent);
    const alone = lonely.addNode('alone');
    alone.add(torrent, { webSeed: true });
    expect(lonely.runUntil(allHold([alone], torrent), 60_000)).toBe(true);
    expect(alone.webSeedBytes).toBe(torrent.geometry.contentBytes);

    const swarm = swarmWith(6, torrent);
    const seed = swarm.addNode('seed', { upBytesPerSecond: 200_000 });
    const node = swarm.addNode('node');
    seed.add(torrent, { seed: true });
    node.add(torrent, { webSeed: true });
    expect(swarm.runUntil(allHold([node], torrent), 60_000)).toBe(true);
    expect(node.webSeedBytes).toBe(0);
  });

  it('web seed: a reader is not kept waiting by peers that never unchoke', () => {
    const torrent = randomTorrent(imageSet(), 7);
    const swarm = swarmWith(7, torrent);
    const miser = swarm.addNode('miser', { engine: { uploadSlots: 0 } });
    const node = swarm.addNode('node');
    miser.add(torrent, { seed: true });
    node.add(torrent, { want: 'none', webSeed: true });
    swarm.run(1_000);
    const startedAt = swarm.now;
    node.input({ type: 'readerWants', torrent: torrent.infoHash, reader: 1, pieces: [0 as PieceIndex] });
    expect(swarm.runUntil(() => node.stores.get(torrent.infoHash)?.has(0) === true, 10_000)).toBe(true);
    expect(swarm.now - startedAt).toBeLessThan(250);
  });

  it('threat row 3: two liars of eight are banned, nobody else is, and no wrong byte is kept', () => {
    for (let seed = 30; seed < 40; seed++) {
      const torrent = randomTorrent(largeSet(), seed);
      const swarm = swarmWith(seed, torrent);
      const lie = (_: number, bytes: Uint8Array) => {
        const wrong = bytes.slice();
        wrong[wrong.length - 1] = 255 - (wrong[wrong.length - 1] as number);
        return wrong;
      };
      const liars = [0, 1].map((i) => swarm.addNode(`liar ${i}`, { lie, upBytesPerSecond: 1_000_000 }));
      const honest = swarm.addNode('honest seed', { upBytesPerSecond: 1_000_000 });
      const nodes = Array.from({ length: 5 }, (_, i) =>
        swarm.addNode(`node ${i}`, { upBytesPerSecond: 1_000_000 }),
      );
      for (const node of [...liars, honest]) node.add(torrent, { seed: true });
      for (const node of nodes) node.add(torrent, {});
      expect(swarm.runUntil(allHold(nodes, torrent), 120_000), `seed ${seed}`).toBe(true);
      const liarIds = liars.map((liar) => liar.peerId);
      for (const node of nodes) {
        expect(liarIds, `seed ${seed}`).toEqual(expect.arrayContaining(node.banned));
        for (const [piece, bytes] of node.stores.get(torrent.infoHash) ?? []) {
          expect(Buffer.compare(bytes, torrent.pieces[piece] as Uint8Array)).toBe(0);
        }
      }
      expect(new Set(nodes.flatMap((node) => node.banned)).size, `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  it('threat row 4: a complete node that loses pieces dials again and has them back; nobody is banned for it', () => {
    const torrent = randomTorrent(imageSet(), 9);
    const swarm = swarmWith(9, torrent);
    const seed = swarm.addNode('seed');
    const node = swarm.addNode('node');
    seed.add(torrent, { seed: true });
    node.add(torrent, {});
    expect(swarm.runUntil(allHold([node], torrent), 60_000)).toBe(true);
    swarm.run(10_000);
    // CH7: the channel is closed, the link stands.
    expect(node.engine.linkCount).toBe(1);
    const lost = [0, 3, 7] as PieceIndex[];
    for (const piece of lost) node.stores.get(torrent.infoHash)?.delete(piece);
    node.input({ type: 'piecesLost', torrent: torrent.infoHash, pieces: lost });
    expect(swarm.runUntil(allHold([node], torrent), 60_000)).toBe(true);
    expect(node.banned).toEqual([]);
  });

  it('the same seed gives the same run', () => {
    const times = [1, 2].map(() => {
      const torrent = randomTorrent(imageSet(), 8);
      const swarm = swarmWith(8, torrent);
      const seed = swarm.addNode('seed', { upBytesPerSecond: 1_000_000 });
      seed.add(torrent, { seed: true, superSeed: true });
      const nodes = [0, 1, 2].map((i) => swarm.addNode(`node ${i}`, { upBytesPerSecond: 500_000 }));
      for (const node of nodes) node.add(torrent, {});
      swarm.runUntil(allHold(nodes, torrent), 60_000);
      return nodes.map((node) => node.completedAt.get(torrent.infoHash));
    });
    expect(times[0]).toEqual(times[1]);
  });
});
