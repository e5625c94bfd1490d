/**
 * Our uplink, shared by all links. Whoever comes after others (choker/standing.ts) is sent a block at a time, while
 * nothing is sent to the others, and beside those a small share.
 */
import { AFTER_SHARE } from '../choker/standing.ts';
import { BLOCK_BYTES } from '../units.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';

/** What the small share may save up, so that a pause does not turn into a burst. */
const MAX_CREDIT_BYTES = 2 * BLOCK_BYTES;
/**
 * A block for others went to the kernel so lately that it may still be on its way: the kernel takes some hundred KiB
 * at once and does not say when they left. Measured with two free riders among eight edges over shaped links: without
 * the pause they were first to be complete.
 */
const PAUSE_MS = 250;
/** A link that took nothing for so long uses nothing of the uplink: the other side, or the path, stands still. */
const STANDSTILL_MS = 2_000;

export class Uplink {
  /** Links that come first, with blocks on their way to the kernel. */
  readonly busy = new Set<Link>();
  /** Links that come after, with requests to serve, longest waiting first. */
  readonly waiting = new Set<Link>();
  creditBytes = 0;
  /** When those that come first leave the uplink to others, if they are sent nothing more. */
  idleAt = 0;

  hasRoomAfter(now: number): boolean {
    if (this.creditBytes >= BLOCK_BYTES) return true;
    return now >= this.idleAt + (this.busy.size === 0 ? 0 : STANDSTILL_MS);
  }

  forget(link: Link): void {
    this.busy.delete(link);
    this.waiting.delete(link);
  }
}

/**
 * How much the link may have in its buffer now; 0 when it has to wait for others. A stock client has a link for each
 * torrent: all of a node's links share what one has, or who opens more links would get more.
 */
export function sendBufferOf(state: EngineState, link: Link): number {
  const { sendBufferBytes } = state.options;
  if (link.phase.name !== 'ready') return sendBufferBytes;
  const { node } = link.phase;
  const share = Math.max(sendBufferBytes / node.links.size, Math.min(BLOCK_BYTES, sendBufferBytes));
  if (!isAfter(state, node)) return share;
  // What is less than a block may be small messages that the host has not reported yet.
  if (state.uplink.hasRoomAfter(state.now)) return BLOCK_BYTES;
  state.uplink.waiting.add(link);
  armUplink(state);
  return 0;
}

export function blockSent(state: EngineState, link: Link, node: RemoteNode, bytes: number): void {
  const { uplink } = state;
  if (isAfter(state, node)) uplink.creditBytes -= Math.min(bytes, uplink.creditBytes);
  else {
    // Less than a block counts as drained (linkDrained): of the end of a file the host may say nothing for long.
    if (link.unsentBytes + bytes >= BLOCK_BYTES) uplink.busy.add(link);
    uplink.idleAt = state.now + PAUSE_MS;
    uplink.creditBytes = Math.min(uplink.creditBytes + bytes * AFTER_SHARE, MAX_CREDIT_BYTES);
  }
}

/** Bytes of the link left. @returns one that waited and may be served now, if there is one */
export function linkDrained(state: EngineState, link: Link): Link | undefined {
  const { uplink } = state;
  if (link.unsentBytes < BLOCK_BYTES) uplink.busy.delete(link);
  return nextWaiting(state);
}

/** Nothing was sent to the others for a while. @returns a link that waited and may be served now, if there is one */
export function uplinkIdle(state: EngineState): Link | undefined {
  return nextWaiting(state);
}

function nextWaiting(state: EngineState): Link | undefined {
  const { uplink } = state;
  let next: Link | undefined;
  if (uplink.hasRoomAfter(state.now)) {
    for (const link of uplink.waiting) {
      uplink.waiting.delete(link);
      // Else what it waited with was cancelled.
      if (link.serving.size > 0) next = link;
      if (next) break;
    }
  }
  armUplink(state);
  return next;
}

/** Who waits is woken by what drains; and in any case after a pause, for a link that drains may also close. */
function armUplink({ uplink, timers, now }: EngineState): void {
  if (uplink.waiting.size === 0) return;
  timers.setNoLaterThan({ kind: 'uplink' }, now < uplink.idleAt ? uplink.idleAt : now + PAUSE_MS);
}

/** A rate of the last ten seconds as bytes: what counts as lately. */
const LATELY_SECONDS = 10;

/** Asked for every block: rates are looked at only where they decide. */
export function isAfter(state: EngineState, node: RemoteNode): boolean {
  const isLeeching = state.wantingTorrents.size > 0;
  let [sent, received] = [0, 0];
  for (const member of isLeeching ? node.group.nodes : []) {
    sent += member.sent.bytesPerSecond(state.now);
    received += member.received.bytesPerSecond(state.now);
  }
  return state.options.isServedAfter({
    isFleet: node.isFleet,
    hasFleet: state.fleet.size > 0,
    isLeeching,
    sentBytes: sent * LATELY_SECONDS,
    receivedBytes: received * LATELY_SECONDS,
    isHoarding: node.group.pupil?.isHoarding ?? false,
  });
}
