/** Serving blocks: requests are queued per channel, read when the link can take more, and sent. */
import { PeerError } from '../errors.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { encodePieceHeader, encodeReject } from '../wire/encode.ts';
import type { WireBlock } from '../wire/messages.ts';
import { takeGrant } from './allowed-fast.ts';
import { traceBlock } from './block-trace.ts';
import type { Channel } from './channel.ts';
import { charge } from './flood-guard.ts';
import { awaitsHashes, putBack } from './hashes-first.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import { blockSent, linkDrained, sendBufferOf, uplinkIdle } from './uplink.ts';
import type { UploadRequest } from './upload-queue.ts';
import { piecesLost } from './verification.ts';

const NOTHING = new Uint8Array(0);

/** @throws PeerError `peer_request_invalid`, `peer_flood` */
export function requestReceived(state: EngineState, channel: Channel, block: WireBlock): void {
  const { torrent, node } = channel;
  const piece = torrent.geometry.pieceIndex(block.piece);
  const isInside =
    piece !== undefined &&
    block.lengthBytes > 0 &&
    block.lengthBytes <= BLOCK_BYTES &&
    block.beginBytes + block.lengthBytes <= torrent.geometry.paddedLength(piece);
  if (!isInside) {
    const { beginBytes, lengthBytes } = block;
    throw new PeerError('peer_request_invalid', `request ${block.piece}:${beginBytes}+${lengthBytes}`);
  }
  const isServed =
    torrent.held.has(piece) &&
    hasRoom(state, channel) &&
    (node.isUnchoked || takeGrant(state, channel, piece, block.lengthBytes));
  if (!isServed) {
    charge(state, node, 'refusedRequest');
    // Without BEP 6 a request that is not served is ignored: the choke told the other side already.
    if (channel.fast) state.say(channel, encodeReject(block));
    return;
  }
  channel.uploads.push({ piece, beginBytes: block.beginBytes, lengthBytes: block.lengthBytes });
  channel.link.serving.add(channel);
  serve(state, channel.link);
}

/** Of the link as told by `reqq` (BEP 10), and of the node over all its links. */
function hasRoom(state: EngineState, { link, node }: Channel): boolean {
  const { maxQueuedUploads, maxQueuedUploadBytes } = state.options;
  return link.queuedUploads.count < maxQueuedUploads && node.queuedUploads.bytes < maxQueuedUploadBytes;
}

/** @throws PeerError `peer_flood` */
export function cancelUpload(state: EngineState, channel: Channel, block: WireBlock): void {
  charge(state, channel.node, 'cancel');
  const [cancelled] = channel.uploads.remove(
    (request) =>
      request.piece === block.piece &&
      request.beginBytes === block.beginBytes &&
      request.lengthBytes === block.lengthBytes,
    1,
  );
  if (!cancelled) return;
  // BEP 6: a cancelled request still gets its answer.
  if (channel.fast) state.say(channel, encodeReject(block));
}

/**
 * Reads queued blocks while little waits to be sent, channel by channel in turns.
 * @returns whether there was any, and room for it
 */
export function serve(state: EngineState, link: Link): boolean {
  if (awaitsHashes(state, link)) return false;
  let isServed = false;
  for (const channel of link.serving) {
    if (link.unsentBytes + link.readingBytes >= sendBufferOf(state, link)) return isServed;
    link.serving.delete(channel);
    const request = channel.uploads.shift();
    if (!request) continue;
    if (channel.uploads.length > 0) link.serving.add(channel);
    readForUpload(state, channel, request);
    isServed = true;
  }
  return isServed;
}

/** The link may have more now, and perhaps one that comes after it. */
export function linkSent(state: EngineState, link: Link): void {
  serve(state, link);
  serveWaiting(state, linkDrained(state, link));
}

/** What the first that waits wanted may be off by now: then it is the next one's turn, or nobody would wake that one. */
export function serveWaiting(state: EngineState, first: Link | undefined): void {
  for (let next = first; next && !serve(state, next); next = uplinkIdle(state)) {}
}

function readForUpload(state: EngineState, channel: Channel, request: UploadRequest): void {
  const { link, torrent } = channel;
  const { piece, beginBytes } = request;
  const lengthBytes = Math.min(request.lengthBytes, torrent.geometry.contentLength(piece) - beginBytes);
  if (lengthBytes <= 0) {
    sendBlock(state, channel, request, NOTHING);
    return;
  }
  link.readingBytes += request.lengthBytes;
  channel.reading.push(request);
  state.emit({ type: 'readBlock', link: link.id, torrent: torrent.infoHash, piece, beginBytes, lengthBytes });
}

export function blockRead(
  state: EngineState,
  channel: Channel,
  piece: PieceIndex,
  beginBytes: number,
  bytes: Uint8Array | undefined,
): void {
  const at = channel.reading.findIndex(
    (request) => request.piece === piece && request.beginBytes === beginBytes,
  );
  if (at < 0) return;
  const [request] = channel.reading.splice(at, 1) as [UploadRequest];
  channel.link.readingBytes -= request.lengthBytes;
  if (bytes && awaitsHashes(state, channel.link)) putBack(state, channel, request);
  else if (bytes) sendBlock(state, channel, request, bytes);
  else {
    if (channel.fast) state.say(channel, encodeReject(request));
    piecesLost(state, channel.torrent, [piece]);
  }
  serve(state, channel.link);
}

/** Content, then zeros as far as the request reaches into the padding (BEP 47). */
function sendBlock(state: EngineState, channel: Channel, request: UploadRequest, content: Uint8Array): void {
  const { link, node, torrent } = channel;
  const { piece, beginBytes, lengthBytes } = request;
  const body = content.length > 0 ? [content] : [];
  if (content.length < lengthBytes) body.push(new Uint8Array(lengthBytes - content.length));
  state.say(channel, encodePieceHeader(piece, beginBytes, lengthBytes), ...body);
  state.counters.uploadedBytes += content.length;
  torrent.uploadedBytes += content.length;
  node.sent.add(content.length, state.now);
  node.sentSinceUnchokeBytes += content.length;
  node.lastSentAt = state.now;
  node.work.earn();
  blockSent(state, link, node, content.length);
  traceBlock(state, 'blockSent', channel, piece, beginBytes, content.length);
}
