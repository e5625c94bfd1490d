/** Taking blocks in, and hearing that they will not come. */
import { PeerError } from '../errors.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { encodeCancel } from '../wire/encode.ts';
import type { WireBlock } from '../wire/messages.ts';
import { traceBlock, traceRequestOff } from './block-trace.ts';
import type { Channel } from './channel.ts';
import { charge } from './flood-guard.ts';
import { becameRarer } from './free-pieces.ts';
import { cancelRequest, shareIfSlow } from './given-up-requests.ts';
import { noteAnswer } from './late-nodes.ts';
import type { RemoteNode } from './node.ts';
import { countRaced } from './races.ts';
import { fillNode, tellInterest } from './requests.ts';
import { setSnubbing } from './slot-trace.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { pieceArrived } from './verification.ts';

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
  const request = channel.settle(key);
  if (request === undefined && !channel.wasGivenUp(key)) {
    throw new PeerError('peer_block_unrequested', `block ${piece}:${beginBytes} that nobody asked for`);
  }
  const blockIndex = beginBytes / BLOCK_BYTES;
  if (bytes.length !== torrent.geometry.block(piece, blockIndex).lengthBytes) {
    throw new PeerError('peer_block_invalid', `block ${piece}:${beginBytes} of ${bytes.length} bytes`);
  }
  // Given up, asked for again, and here is the answer to the first request: the second one's would come twice (BEP 6).
  if (request && channel.hasGivenUp(key))
    state.say(channel, encodeCancel(torrent.geometry.block(piece, blockIndex)));
  const { node } = channel;
  channel.lastBlockAt = state.now;
  node.lastBlockAt = state.now;
  if (node.isSnubbing) setSnubbing(state, node, false);
  if (request && !request.isGift) {
    noteAnswer(state, node, request.askedAt);
    latencySeen(state, node, state.now - request.askedAt);
    if (torrent.picker.isAwaited(piece)) state.hedge.peers.seen(state.now - request.askedAt);
  }
  node.work.earn();
  node.received.add(bytes.length, state.now);
  takeBlock(state, channel, piece, blockIndex, bytes, request?.isGift ?? false);
  tellInterest(state, channel);
  shareIfSlow(state, channel.link, node);
  fillNode(state, node, channel.link);
}

function latencySeen(state: EngineState, node: RemoteNode, latencyMs: number): void {
  node.depth.onBlock(latencyMs, node.outstandingCount + 1);
  state.blockLatencyMs += (latencyMs - state.blockLatencyMs) / 16;
  node.latencyMs += (latencyMs - node.latencyMs) / (node.latencyMs === 0 ? 1 : 8);
}

function takeBlock(
  state: EngineState,
  channel: Channel,
  piece: PieceIndex,
  blockIndex: number,
  bytes: Uint8Array,
  isGift: boolean,
): void {
  const { torrent } = channel;
  const taken = torrent.picker.receive(channel.source, piece, blockIndex);
  if (!taken) {
    // The reader who wanted it has left: the next one must not find it asked for.
    torrent.picker.release(channel.source, piece, blockIndex);
    state.counters.wastedBytes += bytes.length;
    traceBlock(state, 'blockWasted', channel, piece, blockIndex * BLOCK_BYTES, bytes.length);
    countRaced(state, torrent, piece, bytes.length);
    return;
  }
  noteContributor(torrent, channel, isGift);
  state.counters.fromPeersBytes += bytes.length;
  torrent.lastPeerBlockAt = state.now;
  state.lastPeerBlockAt = state.now;
  torrent.downloadedBytes += bytes.length;
  if (torrent.picker.isAwaited(piece)) state.hedge.budget.served(bytes.length);
  traceBlock(state, 'blockReceived', channel, piece, blockIndex * BLOCK_BYTES, bytes.length);
  bufferOf(state, torrent, piece).set(bytes, blockIndex * BLOCK_BYTES);
  for (const other of taken.others) {
    const twin = torrent.channels.get(other);
    if (twin) cancelRequest(state, twin, piece, blockIndex);
  }
  if (taken.senders) pieceArrived(state, torrent, piece, taken.senders);
}

/** Once for all that the channel sends, as long as it is of one kind. */
function noteContributor({ contributors }: Torrent, { source, node }: Channel, isGift: boolean): void {
  if (contributors.get(source)?.isGift !== isGift) contributors.set(source, { nodeKey: node.key, isGift });
}

/** The piece's content as far as it came; made with its first block. */
export function bufferOf(
  { options: { allocate } }: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
): Uint8Array {
  let buffer = torrent.buffers.get(piece);
  if (!buffer) {
    const lengthBytes = torrent.geometry.contentLength(piece);
    buffer = allocate?.(lengthBytes, torrent.infoHash, piece) ?? new Uint8Array(lengthBytes);
    torrent.buffers.set(piece, buffer);
  }
  return buffer;
}

export function requestRejected(state: EngineState, channel: Channel, block: WireBlock): void {
  const piece = channel.torrent.geometry.pieceIndex(block.piece);
  if (piece === undefined || block.beginBytes % BLOCK_BYTES !== 0) {
    throw new PeerError('peer_reject_invalid', `reject of ${block.piece}:${block.beginBytes}`);
  }
  const key = channel.keyOf(piece, block.beginBytes);
  // BEP 6: a cancel has its answer too, and it comes before that of a request made after it.
  if (channel.wasGivenUp(key)) return;
  if (channel.settle(key) === undefined) {
    charge(state, channel.node, 'idleMessage');
    return;
  }
  traceRequestOff(state, channel, piece, block.beginBytes / BLOCK_BYTES);
  // A node that rejects while it does not choke us has lost the piece: asking again would only spin.
  if (!channel.link.isChokedBy) forgetPiece(state, channel, piece);
  channel.torrent.picker.release(channel.source, piece, block.beginBytes / BLOCK_BYTES);
  state.linksToFill.add(channel.link);
}

/** The other side of a channel has the piece no more. */
export function forgetPiece(state: EngineState, channel: Channel, piece: PieceIndex): void {
  if (!channel.has.clear(piece)) return;
  channel.lost(piece);
  channel.torrent.picker.changeAvailability(piece, -1);
  if (!channel.torrent.picker.isWanted(piece)) return;
  channel.wantedCount--;
  becameRarer(channel.torrent, piece);
  tellInterest(state, channel);
}
