/**
 * Hashes before blocks (docs/PROTOCOL.md, HB1). Who began with a magnet link has no piece hashes of v2: libtorrent asks
 * for those of one file after the other, and for blocks meanwhile. Hashes that come while it writes a piece of their
 * file to disk make libtorrent 2.0.8 take the torrent for damaged ("v1 and v2 hashes do not describe the same data").
 */
import { encodeReject } from '../wire/encode.ts';
import { isGranted } from './allowed-fast.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import type { UploadRequest } from './upload-queue.ts';

/** From one answer to the next request is a round trip. */
const PAUSE_MS = 300;
/** Then libtorrent asks anew, and of others. */
const MAX_PAUSE_MS = 3_000;

/** It asked for hashes, or was answered: for a while its blocks wait. Nodes of the fleet have them all. */
export function hashesFirst(state: EngineState, { link, node }: Channel): void {
  if (!node.isFleet) pause(state, link);
}

function pause({ timers, now }: EngineState, link: Link): void {
  link.pausedSince ??= now;
  const until = Math.min(now + PAUSE_MS, link.pausedSince + MAX_PAUSE_MS);
  if (until > now) timers.set({ kind: 'hashesFirst', link: link.id }, until);
}

/** The time is over. @returns whether the blocks may be sent: all hashes that it asked for were given, or it takes too long */
export function pauseEnded(state: EngineState, link: Link): boolean {
  if (link.hashReads > 0) pause(state, link);
  const isPaused = awaitsHashes(state, link);
  // Who was never done within the limit waits no more.
  if (!isPaused && state.now < (link.pausedSince as number) + MAX_PAUSE_MS) link.pausedSince = undefined;
  return !isPaused;
}

/** Blocks of the link wait for hashes. */
export function awaitsHashes({ timers }: EngineState, link: Link): boolean {
  return link.pausedSince !== undefined && timers.has({ kind: 'hashesFirst', link: link.id });
}

/**
 * Asked for in one breath with hashes, the block was read before they were: it is read again when its turn comes. A choke
 * that came meanwhile has taken it, as it takes all that waits.
 */
export function putBack(state: EngineState, channel: Channel, request: UploadRequest): void {
  if (!channel.node.isUnchoked && !isGranted(channel, request.piece)) {
    if (channel.fast) state.say(channel, encodeReject(request));
    return;
  }
  channel.uploads.push(request);
  channel.link.serving.add(channel);
}
