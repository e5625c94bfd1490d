/**
 * Requests that are late. A node that sends nothing for much longer than it used to take loses all its requests to
 * others. A single late block is asked of a second node when a reader waits for it, or when that node has nothing
 * better to do (end game); whoever comes first, the other is sent a cancel. One timer for the engine and one per
 * link with requests out: what is quiet costs none.
 */
import { encodeCancel } from '../wire/encode.ts';
import type { Request } from './channel.ts';
import { giveUp, leaveBegun } from './given-up-requests.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import { roomForReader, roomOn } from './request-room.ts';
import { askBlock } from './requests.ts';
import { setSnubbing } from './slot-trace.ts';
import type { EngineState } from './state.ts';

/** A block is late when it has been due for so many times the usual latency. */
const LATE_LATENCIES = 3;
/** A node stalls when it was silent for so many times its own latency: no jitter of a path that works. */
const STALL_LATENCIES = 6;
const MIN_STALL_MS = 1_500;
/** Late requests looked at per link and turn. */
const MAX_LOOKED_AT = 64;
/** The end game looks again after this part of the time that makes a block late. */
const LOOKS_PER_LATENESS = 8;

/** The other side owes us blocks: look after the time in which it should have sent one. */
export function armRequestTimer(state: EngineState, link: Link): void {
  const name = { kind: 'requests', link: link.id } as const;
  // How long the node takes is known only once it has answered: no look is further off than the shortest stall.
  if (!state.timers.has(name)) state.timers.set(name, Math.min(dueAt(state, link), state.now + MIN_STALL_MS));
}

/** The node sends nothing at all for a while, or not one block for a long one. */
function dueAt(state: EngineState, link: Link): number {
  const { channelTimeoutMs } = state.options;
  const [oldest] = link.outstanding;
  if (!oldest) return Number.POSITIVE_INFINITY;
  const { node } = oldest.channel;
  return Math.min(node.lastBlockAt + stallMs(state, node), oldest.askedAt + channelTimeoutMs);
}

function stallMs(state: EngineState, node: RemoteNode): number {
  const { requestTimeoutMs } = state.options;
  if (node.latencyMs === 0) return requestTimeoutMs;
  return Math.min(Math.max(MIN_STALL_MS, STALL_LATENCIES * node.latencyMs), requestTimeoutMs);
}

/** Nothing came for too long although blocks are due: others are asked, this node begins again small. */
export function requestTimer(state: EngineState, link: Link): void {
  if (link.phase.name !== 'ready') return;
  const { node } = link.phase;
  const [oldest] = link.outstanding;
  if (!oldest) {
    node.mayProbe = true;
    state.linksToFill.add(link);
    return;
  }
  if (state.now >= node.lastBlockAt + stallMs(state, node)) stalled(state, link, node);
  else if (state.now >= oldest.askedAt + state.options.channelTimeoutMs) {
    for (const request of link.outstanding) {
      if (request.askedAt + state.options.channelTimeoutMs > state.now) break;
      giveAway(state, request);
    }
  }
  if (link.outstanding.size > 0) armRequestTimer(state, link);
  else {
    state.askedLinks.delete(link);
    // Others have that long to take what it had; else it would be asked for the same again.
    if (!node.mayProbe)
      state.timers.set({ kind: 'requests', link: link.id }, state.now + stallMs(state, node));
  }
}

function stalled(state: EngineState, link: Link, node: RemoteNode): void {
  node.depth.onTimeout();
  setSnubbing(state, node, true);
  node.mayProbe = false;
  for (const request of [...link.outstanding]) giveAway(state, request);
  leaveBegun(state, link);
  state.askedLinks.delete(link);
}

function giveAway(state: EngineState, { channel, piece, blockIndex }: Request): void {
  const { torrent, source } = channel;
  state.say(channel, encodeCancel(torrent.geometry.block(piece, blockIndex)));
  giveUp(state, channel, piece, blockIndex);
  torrent.picker.release(source, piece, blockIndex);
}

function lateAfterMs({ options, blockLatencyMs }: EngineState): number {
  if (options.buggify?.('endGameNow')) return LOOKS_PER_LATENESS;
  return Math.max(options.endGameAfterMs, LATE_LATENCIES * blockLatencyMs);
}

export function armLateRequests(state: EngineState): void {
  const name = { kind: 'lateRequests' } as const;
  if (!state.timers.has(name)) state.timers.set(name, state.now + lateAfterMs(state) / LOOKS_PER_LATENESS);
}

/** Asks idle links for what others are late with, and any link for what a reader waits for. */
export function askLate(state: EngineState): void {
  const afterMs = lateAfterMs(state);
  let nextAt = Number.POSITIVE_INFINITY;
  let isUseful = state.idleLinks.size > 0;
  for (const link of state.askedLinks) {
    let looked = 0;
    for (const request of link.outstanding) {
      const isAwaited = request.channel.torrent.picker.isAwaited(request.piece);
      isUseful ||= isAwaited;
      const lateAt = request.askedAt + afterMs;
      if (lateAt > state.now) {
        nextAt = Math.min(nextAt, lateAt);
        break;
      }
      if (++looked > MAX_LOOKED_AT) break;
      askAnother(state, request, isAwaited);
      nextAt = Math.min(nextAt, state.now + afterMs / LOOKS_PER_LATENESS);
    }
  }
  if (!isUseful || !Number.isFinite(nextAt)) return;
  state.timers.setNoLaterThan({ kind: 'lateRequests' }, Math.max(nextAt, state.now + 1));
}

function askAnother(state: EngineState, request: Request, isAwaited: boolean): void {
  const { torrent } = request.channel;
  for (const channel of torrent.channels.values()) {
    const { link, node } = channel;
    if (link === request.channel.link || link.isChokedBy || !channel.has.has(request.piece)) continue;
    const isFree = state.idleLinks.has(link) && roomOn(link, node) > 0;
    if (!isFree && !(isAwaited && roomForReader(channel) > 0)) continue;
    const block = torrent.picker.takeTwice(request.piece, request.blockIndex, channel.source, state.now);
    if (block) {
      askBlock(state, channel, block);
      return;
    }
  }
}
