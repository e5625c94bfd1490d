/** Which peers an announce is answered with. */
import type { Random } from '../random.ts';

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

/**
 * Of larger swarms so many are looked at, twice the largest answer, so that an announce costs the same in a swarm
 * of thousands (measured: 9 us).
 */
const SAMPLE_PEERS = 100;
const WORTH_NEAR = 2;
const WORTH_FETCHING = 1;

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
  const preferredCount = Math.ceil(numWant / 2);
  const chosen: Peer[] = [];
  let rest = candidates;
  for (let worth = WORTH_NEAR + WORTH_FETCHING; worth >= 0 && chosen.length < preferredCount; worth--) {
    const others: Peer[] = [];
    for (const peer of rest) {
      const isPreferred = chosen.length < preferredCount && worthOf(peer, requester.network) === worth;
      (isPreferred ? chosen : others).push(peer);
    }
    rest = others;
  }
  for (let i = 0; chosen.length < numWant; i++) chosen.push(rest[i] as Peer);
  return chosen;
}

function worthOf(peer: HandOutPeer, network: string): number {
  return (peer.network === network ? WORTH_NEAR : 0) + (peer.isSeed ? 0 : WORTH_FETCHING);
}

/**
 * One peer from each of {@link SAMPLE_PEERS} parts of the list, which begins at a random place: distinct without a
 * look-up, and every peer equally likely. A short list is taken whole.
 */
function sample<Peer>(peers: readonly Peer[], random: Random): Peer[] {
  const count = peers.length;
  if (count === 0) return [];
  const parts = Math.min(SAMPLE_PEERS, count);
  const shift = random.integer(count);
  const sampled: Peer[] = [];
  for (let part = 0; part < parts; part++) {
    const start = Math.floor((part * count) / parts);
    const end = Math.floor(((part + 1) * count) / parts);
    sampled.push(peers[(shift + start + random.integer(end - start)) % count] as Peer);
  }
  return sampled;
}
