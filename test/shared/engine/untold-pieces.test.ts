/** Readers of a fleet edge beside a super-seeding origin, in virtual time. */
import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { randomTorrent, type VirtualNode, VirtualSwarm } from '../../support/virtual-swarm.ts';

const PIECES = 64;
const torrent = randomTorrent(new Geometry(BLOCK_BYTES, [PIECES * BLOCK_BYTES]), 7);

/** The origin super-seeds; its web seed answers 503; the edges want what readers want. */
function fleetOf(edgeCount: number, seed: number, want: 'all' | 'none' = 'none') {
  const swarm = new VirtualSwarm(seed);
  swarm.addTorrent(torrent);
  swarm.webSeedIsUp = false;
  const origin = swarm.addNode('origin');
  const edges = Array.from({ length: edgeCount }, (_, index) => swarm.addNode(`edge ${index}`));
  const nodes = [origin, ...edges].map((node) => ({ peerId: node.peerId, isOrigin: node === origin }));
  for (const node of [origin, ...edges]) node.input({ type: 'fleet', nodes });
  origin.add(torrent, { seed: true, superSeed: true });
  for (const edge of edges) {
    edge.add(torrent, { want, webSeed: true });
    const addresses = [origin, ...edges].filter((node) => node !== edge).map(({ address }) => address);
    edge.input({ type: 'peersFound', torrent: torrent.infoHash, addresses });
  }
  swarm.run(1_000);
  return { swarm, origin, edges };
}

function wish(node: VirtualNode, reader: number, pieces: readonly number[]): () => boolean {
  const wanted = pieces as readonly PieceIndex[];
  node.input({ type: 'readerWants', torrent: torrent.infoHash, reader, pieces: wanted });
  return () => pieces.every((piece) => node.stores.get(torrent.infoHash)?.has(piece));
}

it.each([1, 2, 3])(
  'RW1: a wish for one piece reaches a super-seeding origin that told nothing of it (seed %i)',
  (seed) => {
    const { swarm, edges } = fleetOf(1, seed);
    const [edge] = edges as [VirtualNode];
    for (const [reader, piece] of [5, 40, 63].entries()) {
      const isDone = wish(edge, reader, [piece]);
      // Opening the link, a slot, asking, and the block: no more than some round trips of 10 ms.
      expect(swarm.runUntil(isDone, 500), `piece ${piece}`).toBe(true);
      edge.input({ type: 'readerLeft', torrent: torrent.infoHash, reader });
      swarm.run(20_000);
    }
    expect(edge.stores.get(torrent.infoHash)?.size).toBe(3);
  },
);

it('RW1: while the web seed answers, it is asked, and the origin not over the wire', () => {
  const { swarm, origin, edges } = fleetOf(1, 6);
  const [edge] = edges as [VirtualNode];
  swarm.webSeedIsUp = true;
  expect(swarm.runUntil(wish(edge, 1, [9]), 500)).toBe(true);
  expect(origin.engine.counters.uploadedBytes).toBe(0);
  edge.input({ type: 'readerLeft', torrent: torrent.infoHash, reader: 1 });
  swarm.webSeedIsUp = false;
  expect(swarm.runUntil(wish(edge, 2, [40]), 500)).toBe(true);
  expect(origin.engine.counters.uploadedBytes).toBe(BLOCK_BYTES);
});

it('RW1: a sibling that has the piece is asked before the origin', () => {
  const { swarm, origin, edges } = fleetOf(2, 4);
  const [first, second] = edges as [VirtualNode, VirtualNode];
  expect(swarm.runUntil(wish(first, 1, [9]), 500)).toBe(true);
  // Linked by a wish that both share: what the sibling has is known then.
  expect(swarm.runUntil(wish(second, 1, [10]), 1_000)).toBe(true);
  const before = origin.engine.counters.uploadedBytes;
  expect(swarm.runUntil(wish(second, 2, [9]), 500)).toBe(true);
  expect(origin.engine.counters.uploadedBytes).toBe(before);
});

it('RW1: an origin that lost the piece is asked once, and for nothing else that it does not tell', () => {
  const { swarm, origin, edges } = fleetOf(1, 5);
  const [edge] = edges as [VirtualNode];
  origin.stores.get(torrent.infoHash)?.delete(20);
  wish(edge, 1, [20]);
  swarm.run(5_000);
  expect(edge.stores.get(torrent.infoHash)?.has(20)).toBe(false);
  expect(edge.closed).toEqual([]);
  // From then on the origin tells what it has.
  expect(swarm.runUntil(wish(edge, 2, [21]), 5_000)).toBe(true);
});

it('RW1: a set that is purged while a piece is left to a sibling is not looked at again', () => {
  const { swarm, edges } = fleetOf(2, 4);
  const [first, second] = edges as [VirtualNode, VirtualNode];
  expect(swarm.runUntil(wish(first, 1, [9]), 500)).toBe(true);
  expect(swarm.runUntil(wish(second, 1, [10]), 1_000)).toBe(true);
  wish(second, 2, [9]);
  second.input({ type: 'removeTorrent', torrent: torrent.infoHash });
  expect(() => swarm.run(1_000)).not.toThrow();
});
