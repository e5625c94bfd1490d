/** Requests that are off, and pieces that a link goes no further with. */
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { encodeCancel } from '../wire/encode.ts';
import { traceRequestOff } from './block-trace.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';

/** A node is slow when it takes so many times the usual latency. */
const SLOW_LATENCIES = 4;

/** The request is off, but its block may be on the way already. */
export function giveUp(state: EngineState, channel: Channel, piece: PieceIndex, blockIndex: number): void {
  channel.giveUp(channel.keyOf(piece, blockIndex * BLOCK_BYTES));
  traceRequestOff(state, channel, piece, blockIndex);
}

/** Another node was faster. */
export function cancelRequest(
  state: EngineState,
  channel: Channel,
  piece: PieceIndex,
  blockIndex: number,
): void {
  const block = channel.torrent.geometry.block(piece, blockIndex);
  giveUp(state, channel, piece, blockIndex);
  state.say(channel, encodeCancel(block));
  state.linksToFill.add(channel.link);
}

/** Gives all of a channel's requests to others: it is gone. */
export function abandonRequests(state: EngineState, channel: Channel): void {
  const { link, torrent, source } = channel;
  for (const { piece, blockIndex } of [...channel.outstanding.values()]) {
    giveUp(state, channel, piece, blockIndex);
    torrent.picker.release(source, piece, blockIndex);
  }
  if (link.outstanding.size === 0) state.askedLinks.delete(link);
  leaveBegun(state, link, channel);
  fillOthers(state, channel.node, link);
}

/** What a node may be asked for it may be asked on its other links, too: a stock client has one for each torrent. */
export function fillOthers(state: EngineState, { hungry }: RemoteNode, link: Link): void {
  for (const other of hungry) {
    if (other === link) continue;
    // It has its turn, and the others after it.
    state.linksToFill.add(other);
    return;
  }
}

/** A node that turned slow need not bring its pieces to their end: others may ask for the rest. */
export function shareIfSlow(state: EngineState, link: Link, node: RemoteNode): void {
  if (node.latencyMs > SLOW_LATENCIES * state.blockLatencyMs) leaveBegun(state, link);
}

/** Others may go on with what the link began, on one channel or on all. */
export function leaveBegun(state: EngineState, link: Link, channel?: Channel): void {
  if (link.begun.length === 0) return;
  const left = link.begun.splice(0);
  for (const begun of left) {
    if (channel !== undefined && begun.channel !== channel) link.begun.push(begun);
    else begun.channel.torrent.picker.leave(begun.channel.source, begun.piece);
  }
  if (link.begun.length === 0) state.begunLinks.delete(link);
}
