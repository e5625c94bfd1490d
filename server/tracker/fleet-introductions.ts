/** Who edges are told of over their feeds: peers outside the fleet, and siblings that have what few do (FA4, FA6). */
import type { Random } from '../../shared/random.ts';
import type { Seat, ToldSet } from '../../shared/tracker/fleet-sets.ts';
import { choosePeers } from '../../shared/tracker/handout.ts';
import type { SwarmPeer } from '../../shared/tracker/swarm.ts';
import type { FleetAnnounces } from './fleet-announces.ts';

/** Edges of a fleet link to so many siblings (edge-node/neighbours.ts). In one of no more, all know each other. */
const NEIGHBOURS = 40;
/** Of them, this part of the fleet has ten on average: an edge finds these by itself, and any set that they have. */
const COMMON_SHARE = 1 / 4;
/** Fleet nodes named for a set that few have: as many as give at a time. */
const RARE_PEERS = 20;

export class FleetIntroductions {
  readonly #announces: FleetAnnounces;
  readonly #random: Random;

  constructor(announces: FleetAnnounces, random: Random) {
    this.#announces = announces;
    this.#random = random;
  }

  /**
   * An edge named a set: who else has, or wants, it?
   * @param strangers peers of the set that are outside the fleet
   */
  toEdge(seat: Seat, { number, isSeed }: ToldSet, strangers: readonly SwarmPeer[]): void {
    if (!isSeed) this.#announces.tell(seat.peerId, number, this.#rarePeers(seat, number));
    if (strangers.length === 0) return;
    const useful = strangers.filter((peer) => peer.isReachable && !(isSeed && peer.isSeed));
    this.#announces.tell(seat.peerId, number, useful);
  }

  /** A peer outside the fleet can be reached: edges that want its set, or could give it some, hear of it. */
  ofStranger(number: number, peer: SwarmPeer): void {
    for (const node of this.#announces.sets.peersOf(number))
      if (!(node.isSeed && peer.isSeed)) this.#announces.tell(node.peerId, number, [peer]);
  }

  /** Who in a large fleet has or wants a set that few do: an edge's neighbours may all be strangers to it (FA6). */
  #rarePeers(requester: Seat, number: number): SwarmPeer[] {
    const { sets } = this.#announces;
    if (sets.size <= NEIGHBOURS + 1) return [];
    const peers = sets.peersOf(number);
    if (peers.length > sets.size * COMMON_SHARE) return [];
    return choosePeers({
      requester: requester.asLeecher,
      peers,
      numWant: RARE_PEERS,
      random: this.#random,
    });
  }
}
