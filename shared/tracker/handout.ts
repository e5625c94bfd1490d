/** Which peers an announce is answered with. */
import { type Random, shuffle } from '../random.ts';

export interface HandOutPeer {
  /** Address as one text: the requester itself is told by it. */
  readonly key: string;
  /** Its /24 (IPv4) or /48 (IPv6), as one text: peers of one network are near. */
  readonly network: string;
  readonly isSeed: boolean;
  /** False while nobody has proved that it answers (threat row 20): then it is not handed out. */
  readonly isReachable: boolean;
}

export interface HandOutRequest<Peer extends HandOutPeer> {
  readonly requester: Pick<HandOutPeer, 'key' | 'network' | 'isSeed'>;
  readonly peers: readonly Peer[];
  readonly numWant: number;
  readonly random: Random;
}

/** Of larger swarms so many are looked at, so that an announce costs the same in a swarm of thousands. */
const SAMPLE_PEERS = 200;

/**
 * Half of the answer goes to peers that are near or still fetching, best first: short ways, and links that both
 * sides gain from. The other half is random, because a swarm in which everyone knows only neighbours falls apart
 * (BEP 40 says the same of peer priority). Seeds are not handed to seeds: they have nothing for each other.
 */
export function choosePeers<Peer extends HandOutPeer>(request: HandOutRequest<Peer>): Peer[] {
  const { requester, numWant, random } = request;
  const candidates = sample(request.peers, random).filter(
    (peer) => peer.isReachable && peer.key !== requester.key && !(requester.isSeed && peer.isSeed),
  );
  if (candidates.length <= numWant) return candidates;
  const worth = (peer: Peer) => (peer.network === requester.network ? 2 : 0) + (peer.isSeed ? 0 : 1);
  const preferred = new Set(
    [...candidates].sort((a, b) => worth(b) - worth(a)).slice(0, Math.ceil(numWant / 2)),
  );
  const others = candidates.filter((peer) => !preferred.has(peer));
  return [...preferred, ...others.slice(0, numWant - preferred.size)];
}

/** All peers, or as many of them as are looked at, in random order. */
function sample<Peer>(peers: readonly Peer[], random: Random): Peer[] {
  if (peers.length <= 2 * SAMPLE_PEERS) return shuffle([...peers], random).slice(0, SAMPLE_PEERS);
  const indexes = new Set<number>();
  while (indexes.size < SAMPLE_PEERS) indexes.add(random.integer(peers.length));
  return Array.from(indexes, (index) => peers[index] as Peer);
}
