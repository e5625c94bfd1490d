/** Readers on nodes that want only what their readers want, in virtual time. */
import { Geometry } from '../../shared/geometry.ts';
import type { PieceIndex } from '../../shared/units.ts';
import {
  type NodeOptions,
  randomTorrent,
  type VirtualNode,
  VirtualSwarm,
  type VirtualTorrent,
} from './virtual-swarm.ts';

export const DELAY_MS = 10;
export const RTT_MS = 2 * DELAY_MS;
export const HEDGE_MS = 150;
/** Of an image of 60 KiB. */
const PIECES = 4;

export const smallSet = (seed: number): VirtualTorrent => randomTorrent(new Geometry(16_384, [61_440]), seed);

export function fleetOf(count: number, seed: number, options: (index: number) => NodeOptions = () => ({})) {
  const swarm = new VirtualSwarm(seed, DELAY_MS);
  const nodes = Array.from({ length: count }, (_, index) => swarm.addNode(`edge-${index}`, options(index)));
  for (const node of nodes)
    node.input({ type: 'fleet', nodes: nodes.map(({ peerId }) => ({ peerId, isOrigin: false })) });
  return { swarm, nodes };
}

let reader = 0;

/** A shopper asks for the whole file; a torrent that the node has not joined is joined. */
export function ask(
  swarm: VirtualSwarm,
  node: VirtualNode,
  torrent: VirtualTorrent,
): () => number | undefined {
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

export function readOne(swarm: VirtualSwarm, node: VirtualNode, torrent: VirtualTorrent): number {
  const took = ask(swarm, node, torrent);
  swarm.runUntil(() => took() !== undefined, 60_000);
  return took() ?? Number.POSITIVE_INFINITY;
}

/** Sets that the first node has, so that the others are linked to it. */
export function hadByFirst(
  swarm: VirtualSwarm,
  nodes: readonly VirtualNode[],
  count: number,
): VirtualTorrent[] {
  const [first] = nodes as [VirtualNode];
  const torrents = Array.from({ length: count }, (_, index) => smallSet(1_000 + index));
  for (const torrent of torrents) {
    swarm.addTorrent(torrent);
    first.add(torrent, { seed: true, want: 'none' });
  }
  return torrents;
}
