/**
 * What others make us do for nothing (threat row 10). Each message that costs work and moves no content takes points
 * from its node's budget; blocks that go either way and time give them back. A node that has used its budget up is
 * flooding: its link is closed, and the node refused for a while.
 *
 * The prices are set so that nothing an honest node does comes near: a swarm in which every piece of one block is
 * told, wanted and no longer wanted spends a fifth of what its blocks give back. Measured with the flood of one
 * million requests: 2,001 are refused before the link is closed, libtorrent queues 2,000 and then refuses.
 */
import { PeerError } from '../errors.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';

/** Points. A refused request also costs us an answer of 17 bytes. */
const PRICES = {
  refusedRequest: 10,
  cancel: 4,
  /** A message that says what was said before, or that changes its mind. */
  idleMessage: 2,
  /** Whoever chokes and unchokes makes us ask for everything anew; BEP 3 allows it every ten seconds. */
  choke: 50,
  channelOpen: 2,
  introduction: 20,
  hashRequest: 20,
  /** Answered by up to 16 KiB, whoever asks: a hundred at once, ten a second. A set's dictionary is one piece or two. */
  metadataRequest: 200,
  /** More than its block gives back. */
  unwelcomeGift: 50,
} as const;

const BURST_POINTS = 20_000;
const POINTS_PER_SECOND = 2_000;
const POINTS_PER_BLOCK = 20;
/** A link that was closed for flooding comes back no sooner. Not for ever: a fault of a client is no lie. */
const FLOOD_BAN_MS = 60_000;

export type Nuisance = keyof typeof PRICES;

/** A bucket of points, full at the begin. */
export class WorkBudget {
  #points = BURST_POINTS;
  #filledAt: number;

  constructor(now: number) {
    this.#filledAt = now;
  }

  /** @returns whether there was enough */
  spend(points: number, now: number): boolean {
    if (this.#points < points) this.#fill(now);
    if (this.#points < points) return false;
    this.#points -= points;
    return true;
  }

  /** A block was sent or received. */
  earn(): void {
    this.#points = Math.min(BURST_POINTS, this.#points + POINTS_PER_BLOCK);
  }

  #fill(now: number): void {
    const earned = ((now - this.#filledAt) * POINTS_PER_SECOND) / 1000;
    this.#points = Math.min(BURST_POINTS, this.#points + earned);
    this.#filledAt = now;
  }
}

/**
 * @param times how many of the kind at once
 * @throws PeerError `peer_flood`
 */
export function charge(state: EngineState, node: RemoteNode, nuisance: Nuisance, times = 1): void {
  if (node.work.spend(PRICES[nuisance] * times, state.now)) return;
  // The fleet is never refused: a fault of ours must not cut an edge off.
  const { peerId, ip } = node;
  if (!node.isFleet) {
    state.counters.bans++;
    state.bans.add(peerId, ip, state.now, FLOOD_BAN_MS);
    state.emit({ type: 'nodeBanned', peerId, ip, code: 'peer_flood' });
    state.trace({ type: 'banned', peerId, ip, code: 'peer_flood' });
  }
  throw new PeerError('peer_flood', `${nuisance} again and again`);
}
