/** Asking for blocks and taking them in. Which blocks, the picker says. */
import { PeerError } from '../errors.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { encodeCancel, encodeInterested, encodeNotInterested, encodeRequest } from '../wire/encode.ts';
import type { WireBlock } from '../wire/messages.ts';
import type { Channel } from './channel.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { pieceArrived } from './verification.ts';

/** A block is asked of a second node when it has been due for so many times the usual latency. */
const END_GAME_LATENCIES = 3;
/** A waiting reader's channel may have so many requests out whatever else the node still owes us. */
const READER_REQUESTS = 16;

/** Says whether we are interested, and asks for as many blocks as the node's depth allows. */
export function fillRequests(state: EngineState, channel: Channel): void {
  tellInterest(state, channel);
  if (!channel.amInterested || channel.link.isChokedBy) return;
  if (state.unwrittenBytes > state.options.maxUnwrittenBytes) return;
  const room = roomFor(channel);
  if (room <= 0) {
    channel.node.hungry.add(channel);
    return;
  }
  const { torrent } = channel;
  const ripeAfterMs = Math.max(state.options.endGameAfterMs, END_GAME_LATENCIES * state.blockLatencyMs);
  const pick = torrent.picker.pick(channel.source, channel.has, room, state.now, ripeAfterMs);
  for (const block of pick.blocks) {
    channel.asked(block, state.now);
    state.say(channel, encodeRequest(block));
  }
  if (pick.blocks.length === room) channel.node.hungry.add(channel);
  if (pick.blocks.length > 0) armRequestTimer(state, channel);
  else if (Number.isFinite(pick.retryAt)) {
    state.timers.setNoLaterThan({ kind: 'refill', source: channel.source }, pick.retryAt);
  }
}

function roomFor(channel: Channel): number {
  const { node, torrent } = channel;
  const own = channel.link.maxRequests - channel.outstanding.size;
  const shared = node.depth.limit - node.outstandingCount;
  const forReader = torrent.readerSince.size > 0 ? READER_REQUESTS - channel.outstanding.size : 0;
  return Math.min(own, Math.max(shared, forReader));
}

/** The node can take more requests: channels that wait for that go on, one after the other. */
function fillNode(state: EngineState, node: RemoteNode): void {
  // A channel that stays hungry goes to the set's end and would come again in this loop: one turn each.
  let turns = node.hungry.size;
  for (const channel of node.hungry) {
    if (turns-- === 0 || node.outstandingCount >= node.depth.limit) return;
    node.hungry.delete(channel);
    fillRequests(state, channel);
  }
}

function tellInterest(state: EngineState, channel: Channel): void {
  const isInterested = channel.wantedCount > 0;
  if (isInterested === channel.amInterested) return;
  channel.amInterested = isInterested;
  state.say(channel, isInterested ? encodeInterested() : encodeNotInterested());
  const { id: link } = channel.link;
  const { peerId } = channel.node;
  const type = isInterested ? 'interested' : 'notInterested';
  state.trace({ type, link, peerId, torrent: channel.torrent.infoHash });
}

/** @throws PeerError `peer_block_unrequested`, `peer_block_invalid` */
export function blockReceived(
  state: EngineState,
  channel: Channel,
  pieceNumber: number,
  beginBytes: number,
  bytes: Uint8Array,
): void {
  const { torrent } = channel;
  const piece = torrent.geometry.pieceIndex(pieceNumber);
  if (piece === undefined || beginBytes % BLOCK_BYTES !== 0) {
    throw new PeerError('peer_block_invalid', `block ${pieceNumber}:${beginBytes}`);
  }
  const key = channel.keyOf(piece, beginBytes);
  const askedAt = channel.settle(key);
  if (askedAt === undefined && !channel.wasGivenUp(key)) {
    throw new PeerError('peer_block_unrequested', `block ${piece}:${beginBytes} that nobody asked for`);
  }
  const blockIndex = beginBytes / BLOCK_BYTES;
  if (bytes.length !== torrent.geometry.block(piece, blockIndex).lengthBytes) {
    throw new PeerError('peer_block_invalid', `block ${piece}:${beginBytes} of ${bytes.length} bytes`);
  }
  const { node } = channel;
  channel.lastBlockAt = state.now;
  node.lastBlockAt = state.now;
  node.isSnubbing = false;
  if (askedAt !== undefined) latencySeen(state, node, state.now - askedAt);
  node.received.add(bytes.length, state.now);
  takeBlock(state, channel, piece, blockIndex, bytes);
  if (node.hungry.size === 0) fillRequests(state, channel);
  else {
    node.hungry.add(channel);
    fillNode(state, node);
  }
}

function latencySeen(state: EngineState, node: RemoteNode, latencyMs: number): void {
  node.depth.onBlock(latencyMs, node.outstandingCount + 1);
  state.blockLatencyMs += (latencyMs - state.blockLatencyMs) / 16;
}

function takeBlock(
  state: EngineState,
  channel: Channel,
  piece: PieceIndex,
  blockIndex: number,
  bytes: Uint8Array,
): void {
  const { torrent, link, node } = channel;
  const taken = torrent.picker.receive(channel.source, piece, blockIndex);
  if (!taken) {
    state.counters.wastedBytes += bytes.length;
    return;
  }
  torrent.contributors.set(channel.source, { nodeKey: node.key });
  state.counters.fromPeersBytes += bytes.length;
  torrent.lastPeerBlockAt = state.now;
  state.lastPeerBlockAt = state.now;
  torrent.downloadedBytes += bytes.length;
  const trace = { link: link.id, peerId: node.peerId, torrent: torrent.infoHash, piece, bytes: bytes.length };
  state.trace({ type: 'blockReceived', ...trace });
  bufferOf(torrent, piece).set(bytes, blockIndex * BLOCK_BYTES);
  for (const other of taken.others) {
    const twin = torrent.channels.get(other);
    if (twin) cancelRequest(state, twin, piece, blockIndex);
  }
  if (taken.senders) pieceArrived(state, torrent, piece, taken.senders);
}

/** The piece's content as far as it came; made with its first block. */
export function bufferOf(torrent: Torrent, piece: PieceIndex): Uint8Array {
  let buffer = torrent.buffers.get(piece);
  if (!buffer) {
    buffer = new Uint8Array(torrent.geometry.contentLength(piece));
    torrent.buffers.set(piece, buffer);
  }
  return buffer;
}

/** End game: another node was faster. */
export function cancelRequest(
  state: EngineState,
  channel: Channel,
  piece: PieceIndex,
  blockIndex: number,
): void {
  const block = channel.torrent.geometry.block(piece, blockIndex);
  channel.giveUp(channel.keyOf(piece, block.beginBytes));
  state.say(channel, encodeCancel(block));
}

export function requestRejected(state: EngineState, channel: Channel, block: WireBlock): void {
  const piece = channel.torrent.geometry.pieceIndex(block.piece);
  if (piece === undefined || block.beginBytes % BLOCK_BYTES !== 0) {
    throw new PeerError('peer_reject_invalid', `reject of ${block.piece}:${block.beginBytes}`);
  }
  if (channel.settle(channel.keyOf(piece, block.beginBytes)) === undefined) return;
  channel.torrent.picker.release(channel.source, piece, block.beginBytes / BLOCK_BYTES);
  // A node that rejects while it does not choke us has lost the piece: asking again would only spin.
  if (!channel.link.isChokedBy) forgetPiece(channel, piece);
  state.torrentsToFill.add(channel.torrent);
}

function forgetPiece(channel: Channel, piece: PieceIndex): void {
  if (!channel.has.clear(piece)) return;
  channel.torrent.picker.changeAvailability(piece, -1);
  if (channel.torrent.picker.isWanted(piece)) channel.wantedCount--;
}

/** Gives all of a channel's requests to others: it is gone, it chokes us, or it is too slow. */
export function abandonRequests(state: EngineState, channel: Channel): void {
  if (channel.outstanding.size === 0) return;
  for (const key of [...channel.outstanding.keys()]) {
    channel.giveUp(key);
    const { piece, blockIndex } = channel.blockOfKey(key);
    channel.torrent.picker.release(channel.source, piece, blockIndex);
  }
  state.torrentsToFill.add(channel.torrent);
}

function armRequestTimer(state: EngineState, channel: Channel): void {
  const name = { kind: 'requests', source: channel.source } as const;
  if (!state.timers.has(name)) state.timers.set(name, timeoutAt(state, channel));
}

/** The node sends nothing at all for a while, or nothing on this channel for a long one. */
function timeoutAt(state: EngineState, channel: Channel): number {
  const { requestTimeoutMs, channelTimeoutMs } = state.options;
  return Math.min(channel.node.lastBlockAt + requestTimeoutMs, channel.lastBlockAt + channelTimeoutMs);
}

/** Nothing came for too long although blocks are due: others are asked, this node begins again small. */
export function requestTimer(state: EngineState, channel: Channel): void {
  if (channel.outstanding.size === 0) return;
  if (state.now >= timeoutAt(state, channel)) {
    channel.node.depth.onTimeout();
    channel.node.isSnubbing = true;
    for (const key of channel.outstanding.keys()) {
      const { piece, blockIndex } = channel.blockOfKey(key);
      state.say(channel, encodeCancel(channel.torrent.geometry.block(piece, blockIndex)));
    }
    abandonRequests(state, channel);
    channel.torrent.picker.sourceGone(channel.source);
    channel.lastBlockAt = state.now;
    channel.node.hungry.delete(channel);
    return;
  }
  armRequestTimer(state, channel);
}
