/** Nodes that let a reader wait in vain are not waited for by the next. */
import { describe, expect, it } from 'vitest';
import { fleetOf, HEDGE_MS, hadByFirst, RTT_MS, readOne } from '../../support/cold-readers.ts';
import type { VirtualNode, VirtualSwarm, VirtualTorrent } from '../../support/virtual-swarm.ts';

/** A round trip to hear that nobody else has it, and one to the origin. */
const ORIGIN_MS = 2 * RTT_MS;

function readAll(swarm: VirtualSwarm, node: VirtualNode, torrents: readonly VirtualTorrent[]): number[] {
  return torrents.map((torrent) => {
    const took = readOne(swarm, node, torrent);
    swarm.run(300);
    return took;
  });
}

/** The second node has used up its budget for races, and the first, which has all sets, stands still. */
function besideOneThatStandsStill(seed: number) {
  const { swarm, nodes } = fleetOf(4, seed);
  const [first, second] = nodes as [VirtualNode, VirtualNode];
  const torrents = hadByFirst(swarm, nodes, 40);
  readAll(swarm, second, torrents.splice(0, 8));
  first.isUp = false;
  return { swarm, first, second, torrents };
}

describe('RW2: a node that let a reader wait in vain', () => {
  it('is not waited for by the next readers, so that one image pays for it', () => {
    const { swarm, second, torrents } = besideOneThatStandsStill(7);
    const [paid, ...others] = readAll(swarm, second, torrents.slice(0, 20));
    expect(paid).toBeLessThanOrEqual(HEDGE_MS + ORIGIN_MS);
    expect(Math.max(...others)).toBeLessThanOrEqual(ORIGIN_MS);
  });

  it('is tried again by one reader after ten seconds', () => {
    const { swarm, second, torrents } = besideOneThatStandsStill(8);
    readAll(swarm, second, torrents.splice(0, 4));
    swarm.run(10_000);
    const [tried, ...others] = readAll(swarm, second, torrents.splice(0, 4));
    expect(tried).toBeGreaterThan(HEDGE_MS);
    expect(Math.max(...others)).toBeLessThanOrEqual(ORIGIN_MS);
  });

  it('is waited for again once it answers in time', () => {
    const { swarm, first, second, torrents } = besideOneThatStandsStill(9);
    readAll(swarm, second, torrents.splice(0, 4));
    first.isUp = true;
    readAll(swarm, second, torrents.splice(0, 1));
    const before = second.webSeedBytes;
    readAll(swarm, second, torrents.splice(0, 10));
    expect(second.webSeedBytes).toBe(before);
  });
});
