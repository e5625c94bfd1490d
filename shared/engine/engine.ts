/**
 * The BitTorrent engine as a machine without I/O: `step(input, now)` takes one thing that happened and answers
 * what is to be done and when to call again. The same inputs at the same times with the same random source give
 * the same actions, over TCP, over simulated links, or in a replay.
 *
 * One step: handle the input, fire what is due, let channels with free room ask for blocks, send what gathered.
 */
import { invariant } from '../errors.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import type { StepResult } from './actions.ts';
import { giveFreeSlots } from './choking.ts';
import type { EngineCounters } from './counters.ts';
import { fire } from './deadlines.ts';
import { handle } from './handle.ts';
import { sendHaves } from './haves.ts';
import { countHolders } from './holders.ts';
import type { EngineInput } from './inputs.ts';
import type { EngineOptions } from './options.ts';
import { wouldAskAtOnce } from './reader-hedge.ts';
import { fillFreedLink, fillRequests } from './requests.ts';
import { EngineState } from './state.ts';
import { checkWaiting, checkWebSeed } from './web-seed.ts';

export interface Engine {
  /** @param now milliseconds of a clock that never goes back */
  step(input: EngineInput, now: number): StepResult;
  readonly counters: Readonly<EngineCounters>;
  /** Distinct nodes with a ready link. */
  readonly nodeCount: number;
  readonly linkCount: number;
  /** Torrents in use on links. */
  readonly channelCount: number;
  /** Blocks that others asked for and that wait for their turn. Adds up all links: for a scrape, not for a step. */
  readonly uploadsWaiting: number;
  /** Torrents of which something is wanted and not held. */
  readonly wantingCount: number;
  /** Pieces given to hash and disk and not yet back. */
  readonly unwrittenBytes: number;
  /**
   * What a reader wants of a torrent that is added now would be asked of the web seed at once, as long as nobody is
   * known to have it. @param ahead of so many others this was said and came true for none yet
   */
  wouldAskWebSeed(now: number, ahead: number): boolean;
  /** Nodes other than origins that are seen to have all of these pieces. */
  holders(torrent: InfoHash, first: PieceIndex, last: PieceIndex): number;
}

export function createEngine(options: EngineOptions): Engine {
  const state = new EngineState(options);
  return {
    counters: state.counters,
    get nodeCount() {
      return state.nodes.size;
    },
    get channelCount() {
      return state.channels.size;
    },
    get linkCount() {
      return state.links.size;
    },
    get uploadsWaiting() {
      let blocks = 0;
      for (const { queuedUploads } of state.links.values()) blocks += queuedUploads.count;
      return blocks;
    },
    get wantingCount() {
      return state.wantingTorrents.size;
    },
    get unwrittenBytes() {
      return state.unwritten.bytes;
    },
    wouldAskWebSeed: (now, ahead) => wouldAskAtOnce(state, now, ahead),
    holders: (torrent, first, last) => countHolders(state.torrents.get(torrent), first, last),
    step(input, now) {
      invariant(now >= state.now, 'time never goes back');
      state.now = now;
      handle(state, input);
      for (let due = state.timers.takeDue(now); due; due = state.timers.takeDue(now)) fire(state, due);
      if (state.slotsMayBeFree) giveFreeSlots(state);
      fillFreed(state);
      hedgeReaders(state);
      restQuiet(state);
      for (const link of state.linksToFlush) sendHaves(state, link);
      state.flush();
      return { actions: state.takeActions(), wakeAt: state.timers.nextAt() };
    },
  };
}

/** Filling a link may take blocks from another and free that one: what comes up meanwhile has its turn as well. */
function fillFreed(state: EngineState): void {
  if (!state.torrentsToFill.isEmpty) fillTorrents(state);
  if (state.linksHeldBack.size > 0 && state.unwritten.bytes <= state.options.maxUnwrittenBytes) {
    for (const link of state.linksHeldBack) state.linksToFill.add(link);
    state.linksHeldBack.clear();
  }
  for (const link of state.linksToFill) if (state.links.has(link.id)) fillFreedLink(state, link);
  state.linksToFill.clear();
}

function fillTorrents(state: EngineState): void {
  for (const torrent of state.torrentsToFill) {
    for (const channel of torrent.channels.values()) fillRequests(state, channel);
  }
  state.torrentsToFill.clear();
}

/** After requests: what peers were just asked for is theirs for a while. */
function hedgeReaders(state: EngineState): void {
  for (const torrent of state.torrentsToHedge)
    if (state.torrents.get(torrent.infoHash) === torrent) checkWebSeed(state, torrent);
  state.torrentsToHedge.clear();
  checkWaiting(state);
}

function restQuiet(state: EngineState): void {
  for (const torrent of state.torrentsToRest) torrent.rest();
  state.torrentsToRest.clear();
}
