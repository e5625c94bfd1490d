/**
 * Peers outside the fleet that one edge is still to hear of, gathered into frames `peers` (rule FA4). The same peer
 * twice within a frame's time is told once; beyond the caps the newest is not told, and the tracker's own swarm still
 * hands the edge out to it.
 */
import {
  MAX_FRAME_ADDRESSES,
  MAX_FRAME_SETS,
  MAX_SET_PEERS,
  type PeersFrame,
} from '../feed/announce-frames.ts';
import type { SwarmPeer } from './swarm.ts';

/** Sets with news at once: an edge that comes back to a busy public swarm hears of the rest as they announce. */
const MAX_WAITING_SETS = 4_096;

export class PeerNews {
  readonly #waiting = new Map<number, Map<string, SwarmPeer>>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** @param network the edge's own: when a set has too many peers, those of it go first */
  add(number: number, peers: readonly SwarmPeer[], network: string): void {
    let known = this.#waiting.get(number);
    if (known === undefined) {
      if (this.#waiting.size >= MAX_WAITING_SETS) return;
      known = new Map();
      this.#waiting.set(number, known);
    }
    for (const peer of nearestFirst(peers, network)) {
      if (known.size >= MAX_SET_PEERS) break;
      known.set(peer.key, peer);
    }
  }

  /** What fits one frame; undefined when there is nothing to tell. */
  take(): PeersFrame | undefined {
    const addresses: { ip: string; port: number }[] = [];
    const places = new Map<string, number>();
    const sets: { entry: number; peers: number[] }[] = [];
    for (const [entry, peers] of this.#waiting) {
      if (sets.length === MAX_FRAME_SETS || addresses.length + peers.size > MAX_FRAME_ADDRESSES) break;
      this.#waiting.delete(entry);
      sets.push({ entry, peers: Array.from(peers.values(), (peer) => placeOf(peer, places, addresses)) });
    }
    return sets.length === 0 ? undefined : { type: 'peers', addresses, sets };
  }
}

function placeOf(
  { key, ip, port }: SwarmPeer,
  places: Map<string, number>,
  addresses: { ip: string; port: number }[],
): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, addresses.length);
  return addresses.push({ ip, port }) - 1;
}

function nearestFirst(peers: readonly SwarmPeer[], network: string): readonly SwarmPeer[] {
  if (peers.length <= MAX_SET_PEERS) return peers;
  return [
    ...peers.filter((peer) => peer.network === network),
    ...peers.filter((peer) => peer.network !== network),
  ];
}
