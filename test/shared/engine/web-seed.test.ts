import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

it('a reader is served by the nodes in reserve when the web seed gave wrong bytes, and so is the next', () => {
  const torrent = randomTorrent(new Geometry(BLOCK_BYTES, [16 * BLOCK_BYTES]), 7);
  const swarm = new VirtualSwarm(1);
  swarm.addTorrent(torrent);
  swarm.webSeedLies = true;
  const origin = swarm.addNode('origin');
  origin.add(torrent, { seed: true, superSeed: true });
  const edge = swarm.addNode('edge');
  // No tracker: only the host tells where nodes are.
  swarm.announce = () => undefined;
  edge.add(torrent, { webSeed: true, want: 'none' });
  const nodes = [origin, edge].map(({ peerId }) => ({ peerId, isOrigin: peerId === origin.peerId }));
  for (const node of [origin, edge]) node.input({ type: 'fleet', nodes });
  const reserve = [origin.address];
  edge.input({ type: 'peersFound', torrent: torrent.infoHash, addresses: [], reserve });
  for (const [reader, piece] of ([3, 9] as PieceIndex[]).entries()) {
    edge.input({ type: 'readerWants', torrent: torrent.infoHash, reader, pieces: [piece] });
    const isHere = () => edge.stores.get(torrent.infoHash)?.has(piece) === true;
    expect(swarm.runUntil(isHere, 1_000), `piece ${piece}`).toBe(true);
    edge.input({ type: 'readerLeft', torrent: torrent.infoHash, reader });
    // The channel goes quiet, and what only a busy torrent has is dropped.
    swarm.run(60_000);
  }
  expect(edge.webSeedBytes).toBe(BLOCK_BYTES);
});
