/** Goal: a fresh edge of a shop with thousands of image sets gets one after the other, without a pause. */
import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const MOST_CHANNELS = 4_096;
const SETS = MOST_CHANNELS + 200;
/** Shorter than the pause after an open that was refused. */
const IN_TIME_MS = 4_000;

it('CH13: with more sets than a link has channels for, those that wait are opened as others end', () => {
  const swarm = new VirtualSwarm(13);
  const torrents = Array.from({ length: SETS }, (_, i) => randomTorrent(new Geometry(16_384, [100]), i));
  for (const torrent of torrents) swarm.addTorrent(torrent);
  const origin = swarm.addNode('origin');
  const edge = swarm.addNode('edge');
  for (const torrent of torrents) origin.add(torrent, { seed: true });
  for (const torrent of torrents) edge.add(torrent, {});
  let most = 0;
  const isDone = () => {
    most = Math.max(most, edge.engine.channelCount);
    return edge.engine.wantingCount === 0;
  };
  expect(swarm.runUntil(isDone, IN_TIME_MS)).toBe(true);
  expect(most).toBeLessThanOrEqual(MOST_CHANNELS);
  expect(edge.engine.counters.fromPeersBytes).toBe(100 * SETS);
});
