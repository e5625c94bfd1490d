import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const PIECES = [0, 1, 2, 3] as PieceIndex[];

it.each([1, 4])(
  'blocks that come when their reader has left are asked for again by the next (%i blocks a piece)',
  (blocks) => {
    const geometry = new Geometry(blocks * BLOCK_BYTES, [PIECES.length * blocks * BLOCK_BYTES]);
    const torrent = randomTorrent(geometry, 7);
    const swarm = new VirtualSwarm(1);
    swarm.addTorrent(torrent);
    const seed = swarm.addNode('seed', { upBytesPerSecond: 400_000 });
    const node = swarm.addNode('node');
    seed.add(torrent, { seed: true });
    node.add(torrent, { want: 'none' });
    const wants = (reader: number) =>
      node.input({ type: 'readerWants', torrent: torrent.infoHash, reader, pieces: PIECES });
    wants(1);
    expect(swarm.runUntil(() => seed.engine.counters.uploadedBytes > 0, 5_000)).toBe(true);
    node.input({ type: 'readerLeft', torrent: torrent.infoHash, reader: 1 });
    // All that was asked for comes.
    swarm.run(5_000);
    wants(2);
    expect(swarm.runUntil(() => node.holdsAll(torrent), 10_000)).toBe(true);
  },
);
