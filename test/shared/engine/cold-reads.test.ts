/** What a reader waits for on a node that wants only what its readers want: peers and web seed, in virtual time. */
import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import {
  type NodeOptions,
  randomTorrent,
  type VirtualNode,
  VirtualSwarm,
  type VirtualTorrent,
} from '../../support/virtual-swarm.ts';

const DELAY_MS = 10;
const RTT_MS = 2 * DELAY_MS;
const HEDGE_MS = 150;
/** Of an image of 60 KiB. */
const PIECES = 4;

const smallSet = (seed: number): VirtualTorrent => randomTorrent(new Geometry(16_384, [61_440]), seed);

function fleetOf(count: number, seed: number, options: (index: number) => NodeOptions = () => ({})) {
  const swarm = new VirtualSwarm(seed, DELAY_MS);
  const nodes = Array.from({ length: count }, (_, index) => swarm.addNode(`edge-${index}`, options(index)));
  for (const node of nodes)
    node.input({ type: 'fleet', nodes: nodes.map(({ peerId }) => ({ peerId, isOrigin: false })) });
  return { swarm, nodes };
}

let reader = 0;

/** A shopper asks for the whole file; a torrent that the node has not joined is joined. */
function ask(swarm: VirtualSwarm, node: VirtualNode, torrent: VirtualTorrent): () => number | undefined {
  swarm.addTorrent(torrent);
  if (!node.stores.has(torrent.infoHash)) join(swarm, node, torrent);
  const pieces = Array.from({ length: PIECES }, (_, piece) => piece as PieceIndex);
  const askedAt = swarm.now;
  let tookMs: number | undefined;
  node.input({ type: 'readerWants', torrent: torrent.infoHash, reader: ++reader, pieces });
  return () => {
    if (node.holdsAll(torrent)) tookMs ??= swarm.now - askedAt;
    return tookMs;
  };
}

function join(swarm: VirtualSwarm, node: VirtualNode, torrent: VirtualTorrent): void {
  node.add(torrent, { want: 'none', webSeed: true });
  const addresses = swarm.nodes.filter((other) => other !== node).map(({ address }) => address);
  node.input({ type: 'peersFound', torrent: torrent.infoHash, addresses });
}

function readOne(swarm: VirtualSwarm, node: VirtualNode, torrent: VirtualTorrent): number {
  const took = ask(swarm, node, torrent);
  swarm.runUntil(() => took() !== undefined, 60_000);
  return took() ?? Number.POSITIVE_INFINITY;
}

/** Sets that the first node has, so that the others are linked to it. */
function hadByFirst(swarm: VirtualSwarm, nodes: readonly VirtualNode[], count: number): VirtualTorrent[] {
  const [first] = nodes as [VirtualNode];
  const torrents = Array.from({ length: count }, (_, index) => smallSet(1_000 + index));
  for (const torrent of torrents) {
    swarm.addTorrent(torrent);
    first.add(torrent, { seed: true, want: 'none' });
  }
  return torrents;
}

describe('what nobody has', () => {
  it('is asked of the origin at once, and is there after one round trip', () => {
    const { swarm, nodes } = fleetOf(8, 1);
    for (let index = 0; index < 20; index++) {
      expect(readOne(swarm, nodes[0] as VirtualNode, smallSet(index))).toBe(RTT_MS);
      swarm.run(500);
    }
    expect((nodes[0] as VirtualNode).engine.counters.racedBytes).toBe(0);
  });
});

describe('never slower than without the swarm', () => {
  const worst = (times: readonly number[]) => Math.max(...times);
  const readAll = (swarm: VirtualSwarm, node: VirtualNode, torrents: readonly VirtualTorrent[]) =>
    torrents.map((torrent) => {
      const took = readOne(swarm, node, torrent);
      swarm.run(300);
      return took;
    });

  it('with peers that died and whose connections stand', () => {
    const { swarm, nodes } = fleetOf(4, 3);
    const [first, second] = nodes as [VirtualNode, VirtualNode];
    const torrents = hadByFirst(swarm, nodes, 40);
    readAll(swarm, second, torrents.slice(0, 8));
    first.isUp = false;
    expect(worst(readAll(swarm, second, torrents.slice(8)))).toBeLessThanOrEqual(
      RTT_MS + HEDGE_MS + 2 * RTT_MS,
    );
  });

  it('with peers of 4 KiB/s', () => {
    const { swarm, nodes } = fleetOf(4, 4, (index) => (index === 0 ? { upBytesPerSecond: 4_096 } : {}));
    const torrents = hadByFirst(swarm, nodes, 30);
    const times = readAll(swarm, nodes[1] as VirtualNode, torrents);
    // Its handshake alone takes 50 ms.
    expect(worst(times)).toBeLessThanOrEqual(RTT_MS + HEDGE_MS + 2 * RTT_MS + 50);
  });

  it('with peers that lie', () => {
    const { swarm, nodes } = fleetOf(4, 5, (index) =>
      index === 0 ? { lie: (_piece, bytes) => bytes.map((byte) => byte ^ 1) } : {},
    );
    const torrents = hadByFirst(swarm, nodes, 30);
    const second = nodes[1] as VirtualNode;
    const times = readAll(swarm, second, torrents);
    expect(worst(times)).toBeLessThanOrEqual(RTT_MS + HEDGE_MS + 2 * RTT_MS);
    expect(second.banned).toEqual([(nodes[0] as VirtualNode).peerId]);
  });

  it('with a web seed that hangs: peers that have the piece are asked all the same', () => {
    const { swarm, nodes } = fleetOf(4, 6);
    const torrents = hadByFirst(swarm, nodes, 20);
    swarm.fetch = () => {};
    const times = readAll(swarm, nodes[1] as VirtualNode, torrents);
    expect(worst(times)).toBeLessThanOrEqual(HEDGE_MS + 4 * RTT_MS);
  });
});
