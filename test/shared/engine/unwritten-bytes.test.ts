/** What is with hash and disk holds requests back, so it must come to an end with its torrent. */
import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const BLOCKS = 64;

it('pieces whose set is purged before they are written hold no later set back', () => {
  const swarm = new VirtualSwarm(1);
  const sets = [1, 2, 3].map((seed) =>
    randomTorrent(new Geometry(BLOCK_BYTES, [BLOCKS * BLOCK_BYTES]), seed),
  );
  const seed = swarm.addNode('seed');
  const node = swarm.addNode('node', { engine: { maxUnwrittenBytes: 2 * BLOCK_BYTES } });
  for (const torrent of sets) {
    swarm.addTorrent(torrent);
    seed.add(torrent, { seed: true });
  }
  for (const torrent of sets.slice(0, 2)) {
    node.add(torrent, {});
    // A write is only answered in a later step.
    const isWriting = () => (node.stores.get(torrent.infoHash)?.size ?? 0) > 0;
    expect(swarm.runUntil(isWriting, 5_000)).toBe(true);
    node.input({ type: 'removeTorrent', torrent: torrent.infoHash });
    expect(node.engine.unwrittenBytes).toBe(0);
  }
  const last = sets[2] as (typeof sets)[number];
  node.add(last, {});
  expect(swarm.runUntil(() => node.holdsAll(last), 20_000)).toBe(true);
  swarm.run(1_000);
  expect(node.engine.unwrittenBytes).toBe(0);
});

it('an answer for the set as it was before it was purged and published again counts for nothing', () => {
  const swarm = new VirtualSwarm(1);
  const torrent = randomTorrent(new Geometry(BLOCK_BYTES, [BLOCKS * BLOCK_BYTES]), 1);
  swarm.addTorrent(torrent);
  const seed = swarm.addNode('seed');
  const node = swarm.addNode('node');
  seed.add(torrent, { seed: true });
  node.add(torrent, {});
  expect(swarm.runUntil(() => node.engine.unwrittenBytes > 0, 5_000)).toBe(true);
  node.input({ type: 'removeTorrent', torrent: torrent.infoHash });
  node.add(torrent, {});
  expect(swarm.runUntil(() => node.holdsAll(torrent), 20_000)).toBe(true);
  swarm.run(1_000);
  expect(node.engine.unwrittenBytes).toBe(0);
});
