import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const PIECES = [0, 1, 2, 3] as PieceIndex[];

it.each(['all', 'none'] as const)(
  'a piece that came half, from a node that is gone, is fetched from the web seed (want: %s)',
  (want) => {
    const torrent = randomTorrent(new Geometry(4 * BLOCK_BYTES, [4 * PIECES.length * BLOCK_BYTES]), 7);
    const swarm = new VirtualSwarm(1);
    swarm.addTorrent(torrent);
    const seed = swarm.addNode('seed', { upBytesPerSecond: 100_000 });
    const node = swarm.addNode('node');
    seed.add(torrent, { seed: true });
    node.add(torrent, { webSeed: true });
    const isHalfHere = () => node.engine.counters.fromPeersBytes >= 2 * BLOCK_BYTES;
    expect(swarm.runUntil(isHalfHere, 5_000)).toBe(true);
    seed.kill();
    // What was on its way, and the closed link.
    swarm.run(1_000);
    node.input({ type: 'setWant', torrent: torrent.infoHash, want });
    if (want === 'none')
      node.input({ type: 'readerWants', torrent: torrent.infoHash, reader: 1, pieces: PIECES });
    expect(swarm.runUntil(() => node.holdsAll(torrent), 60_000)).toBe(true);
  },
);
