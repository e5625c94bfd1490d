/** Carries the choker's decisions out: rounds, the optimistic slot, and free slots at once. */
import { chokingRound, fillFreeSlots, rotateOptimistic } from '../choker/choker.ts';
import { type NodeStats, type Ranking, seedRoundRobin } from '../choker/ranking.ts';
import { encodeChoke, encodeReject, encodeUnchoke } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { isIdle } from './idle-slots.ts';
import type { RemoteNode } from './node.ts';
import { setOptimistic, setSnubbing, traceRound } from './slot-trace.ts';
import type { EngineState } from './state.ts';
import { isLearning, pupilChoked, pupilUnchoked } from './super-seeding.ts';
import { isAfter } from './uplink.ts';

/** A node's interest, or a link of it, changed: at the end of the step, free slots are given away. */
export function nodeChanged(state: EngineState): void {
  state.slotsMayBeFree = true;
}

/** Gives away what is free, without waiting for the round. */
export function giveFreeSlots(state: EngineState): void {
  state.slotsMayBeFree = false;
  if (state.options.buggify?.('chokeNow')) runChokingRound(state);
  if (isAnyoneWaiting(state) && !isFullOfFleet(state)) {
    for (const key of fillFreeSlots(statsOfAll(state), ranking(state), slotsOf(state))) {
      unchoke(state, state.nodes.get(key) as RemoteNode);
    }
  }
  armRounds(state);
}

export function runChokingRound(state: EngineState): void {
  for (const node of state.nodes.values()) updateSnubbing(state, node);
  const { options } = state;
  const next = chokingRound(
    statsOfAll(state),
    ranking(state),
    state.optimisticNode,
    slotsOf(state),
    options.random,
  );
  apply(state, next.nodes);
  setOptimistic(state, next.optimistic);
  if (state.isTracing) traceRound(state);
  if (options.buggify?.('rotateNow')) runOptimisticRound(state);
  armRounds(state);
}

export function runOptimisticRound(state: EngineState): void {
  const unchoked = new Set(
    [...state.nodes.values()].filter((node) => node.isUnchoked).map((node) => node.key),
  );
  const next = rotateOptimistic(
    statsOfAll(state),
    { nodes: unchoked, optimistic: state.optimisticNode },
    slotsOf(state),
    state.options.random,
  );
  if (next !== state.optimisticNode) {
    if (state.optimisticNode !== undefined) unchoked.delete(state.optimisticNode);
    if (next !== undefined) unchoked.add(next);
    apply(state, unchoked);
    setOptimistic(state, next);
  }
  armRounds(state);
}

/** Rounds run only while there is something to decide: with slots to spare everybody is served anyway. */
function armRounds(state: EngineState): void {
  if (!isAnyoneWaiting(state)) {
    state.timers.clear({ kind: 'chokingRound' });
    state.timers.clear({ kind: 'optimisticUnchoke' });
    return;
  }
  const { chokingRoundMs, optimisticRoundMs } = state.options;
  state.timers.setNoLaterThan({ kind: 'chokingRound' }, state.now + chokingRoundMs);
  state.timers.setNoLaterThan({ kind: 'optimisticUnchoke' }, state.now + optimisticRoundMs);
}

/** Else there is no need to rank anybody. */
function isAnyoneWaiting(state: EngineState): boolean {
  for (const node of state.nodes.values()) if (!node.isUnchoked && wantsSlot(node)) return true;
  return false;
}

/** Who of the fleet has a slot and wants it keeps it: with all slots theirs there is nothing to give away. */
function isFullOfFleet(state: EngineState): boolean {
  let seats = 0;
  for (const node of state.nodes.values()) if (node.isFleet && node.isUnchoked && wantsSlot(node)) seats++;
  return seats >= state.options.uploadSlots;
}

const slotsOf = ({ options: { uploadSlots, strangerSlots, hasOptimisticSlot } }: EngineState) => ({
  slots: uploadSlots,
  strangerSlots: Math.min(strangerSlots, uploadSlots),
  optimisticSlots: Number(hasOptimisticSlot),
});

function ranking(state: EngineState): Ranking {
  if (state.wantingTorrents.size > 0) return state.options.leechRanking;
  return seedRoundRobin(state.options.seedShareBytes);
}

/** A node that a super-seeding origin told nothing yet has nothing to be interested in. */
const wantsSlot = (node: RemoteNode) => node.interestedChannels > 0 || isLearning(node);

function statsOfAll(state: EngineState): NodeStats[] {
  return Array.from(state.nodes.values(), (node) => new Standing(state, node));
}

/** Rates and standing are worked out when they are asked for: most slots are decided without them. */
class Standing implements NodeStats {
  readonly node: string;
  readonly group: string;
  readonly isFleet: boolean;
  readonly isInterested: boolean;
  readonly isUnchoked: boolean;
  readonly isSnubbing: boolean;
  readonly isIdle: boolean;
  readonly sentSinceUnchokeBytes: number;
  readonly unchokedAt: number;
  readonly #state: EngineState;
  readonly #of: RemoteNode;
  #comesAfter: boolean | undefined;

  constructor(state: EngineState, node: RemoteNode) {
    this.#state = state;
    this.#of = node;
    this.node = node.key;
    this.group = node.group.key;
    this.isFleet = node.isFleet;
    this.isInterested = wantsSlot(node);
    this.isUnchoked = node.isUnchoked;
    this.isSnubbing = node.isSnubbing;
    this.isIdle = isIdle(state, node);
    this.sentSinceUnchokeBytes = node.sentSinceUnchokeBytes;
    this.unchokedAt = node.unchokedAt;
  }

  get comesAfter(): boolean {
    this.#comesAfter ??= isAfter(this.#state, this.#of);
    return this.#comesAfter;
  }

  get receivedBytesPerSecond(): number {
    return this.#of.received.bytesPerSecond(this.#state.now);
  }

  get sentBytesPerSecond(): number {
    return this.#of.sent.bytesPerSecond(this.#state.now);
  }
}

/** It owes us blocks on some channel and has sent none on any for a while. */
function updateSnubbing(state: EngineState, node: RemoteNode): void {
  let owes = false;
  let lastBlockAt = 0;
  for (const link of node.links) {
    for (const channel of link.channels.values()) {
      owes ||= channel.amInterested;
      lastBlockAt = Math.max(lastBlockAt, channel.lastBlockAt);
    }
  }
  setSnubbing(state, node, owes && state.now - lastBlockAt > state.options.snubAfterMs);
}

function apply(state: EngineState, unchoked: ReadonlySet<string>): void {
  for (const node of state.nodes.values()) {
    if (node.isUnchoked && !unchoked.has(node.key)) choke(state, node);
  }
  for (const key of unchoked) {
    const node = state.nodes.get(key);
    if (node && !node.isUnchoked) unchoke(state, node);
  }
}

function unchoke(state: EngineState, node: RemoteNode): void {
  node.isUnchoked = true;
  node.unchokedAt = state.now;
  node.sentSinceUnchokeBytes = 0;
  for (const link of node.links) {
    state.send(link, encodeUnchoke());
    state.trace({ type: 'unchoked', link: link.id, peerId: node.peerId });
  }
  pupilUnchoked(state, node);
}

function choke(state: EngineState, node: RemoteNode): void {
  node.isUnchoked = false;
  for (const link of node.links) {
    state.send(link, encodeChoke());
    state.trace({ type: 'choked', link: link.id, peerId: node.peerId });
    for (const channel of link.channels.values()) dropUploads(state, channel);
  }
  pupilChoked(state, node);
}

/** A choke takes queued requests with it; with BEP 6 each is rejected by name. */
function dropUploads(state: EngineState, channel: Channel): void {
  for (const request of channel.uploads.removeAll()) {
    if (channel.fast) state.say(channel, encodeReject(request));
  }
}
