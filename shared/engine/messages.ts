/** What each message of the peer wire means on a ready link. Breaking a rule of the BEPs ends the link. */
import { Bitfield } from '../bitfield.ts';
import { PeerError, unreachable } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { encodeHashReject } from '../wire/encode.ts';
import { parseExtensionHandshake } from '../wire/extension.ts';
import type { Message } from '../wire/messages.ts';
import type { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import { closeLink } from './connections.ts';
import { abandonRequests, blockReceived, fillRequests, requestRejected } from './download.ts';
import type { Ready } from './link.ts';
import type { EngineState } from './state.ts';
import { pupilHas, pupilIntroduced } from './super-seeding.ts';
import { cancelUpload, requestReceived } from './upload.ts';

/** @throws PeerError with codes `peer_*`; the caller closes the link. */
export function onMessage(state: EngineState, ready: Ready, message: Message): void {
  const { channel } = ready;
  const mayTellPieces = channel.mayTellPieces;
  if (message.type !== 'extended' && message.type !== 'keepAlive') channel.mayTellPieces = false;
  switch (message.type) {
    case 'keepAlive':
    case 'port':
    case 'suggest':
    case 'allowedFast':
    case 'hashReject':
    case 'unknown':
      return;
    case 'choke':
      return chokedBy(state, ready);
    case 'unchoke':
      return unchokedBy(state, channel);
    case 'interested':
      return setPeerInterested(state, channel, true);
    case 'notInterested':
      return setPeerInterested(state, channel, false);
    case 'have':
      return haveReceived(state, channel, message.piece);
    case 'bitfield':
    case 'haveAll':
    case 'haveNone':
      if (message.type !== 'bitfield') requireFast(ready, message.type);
      return piecesTold(state, channel, message, mayTellPieces);
    case 'request':
      return requestReceived(state, ready, message);
    case 'piece':
      return blockReceived(state, channel, message.piece, message.beginBytes, message.block);
    case 'cancel':
      return cancelUpload(state, ready, message);
    case 'reject':
      requireFast(ready, 'reject');
      return requestRejected(state, channel, message);
    case 'hashRequest':
      // Our torrents carry their piece layers; who wants more must hear no, or it waits for us (BEP 52).
      state.send(channel.link, encodeHashReject(message.wanted));
      return;
    case 'extended':
      return extendedReceived(channel, message.id, message.payload);
    default:
      return unreachable(message);
  }
}

function requireFast(ready: Ready, type: string): void {
  if (!ready.fast) throw new PeerError('peer_fast_not_agreed', `${type} without the fast extension (BEP 6)`);
}

function chokedBy(state: EngineState, ready: Ready): void {
  const { channel } = ready;
  channel.isChokedBy = true;
  state.trace({ type: 'chokedBy', link: channel.link.id, peerId: channel.node.peerId });
  // With BEP 6 the other side answers each request still, by its block or by a reject.
  if (!ready.fast) abandonRequests(state, channel);
}

function unchokedBy(state: EngineState, channel: Channel): void {
  channel.isChokedBy = false;
  state.trace({ type: 'unchokedBy', link: channel.link.id, peerId: channel.node.peerId });
  fillRequests(state, channel);
}

function setPeerInterested(state: EngineState, channel: Channel, isInterested: boolean): void {
  if (channel.peerInterested === isInterested) return;
  channel.peerInterested = isInterested;
  channel.node.interestedChannels += isInterested ? 1 : -1;
  nodeChanged(state);
}

function haveReceived(state: EngineState, channel: Channel, value: number): void {
  const piece = channel.torrent.geometry.pieceIndex(value);
  if (piece === undefined) throw new PeerError('peer_have_unknown_piece', `have ${value}`);
  if (!channel.has.set(piece)) return;
  channel.node.lastHaveAt = state.now;
  pieceSeen(channel, piece);
  pupilHas(state, channel, piece);
  interestChanged(state, channel);
}

/**
 * BEP 3 and BEP 6 want it first or not at all. But aria2 tells many new pieces at once by a bitfield, and by
 * have-all when it is complete: what comes later is taken as so many haves. It takes nothing back.
 */
function piecesTold(
  state: EngineState,
  channel: Channel,
  message: Extract<Message, { type: 'bitfield' | 'haveAll' | 'haveNone' }>,
  isFirst: boolean,
): void {
  if (message.type === 'haveNone') {
    if (!isFirst) throw new PeerError('peer_have_none_late', 'have-none after other messages');
    return;
  }
  const { pieceCount } = channel.torrent.geometry;
  const told =
    message.type === 'haveAll' ? Bitfield.full(pieceCount) : Bitfield.parse(pieceCount, message.bytes);
  if (!told) throw new PeerError('peer_bitfield_invalid', 'bitfield of wrong length or with spare bits set');
  const news: PieceIndex[] = [];
  for (const piece of told.indexes()) if (channel.has.set(piece)) news.push(piece as PieceIndex);
  for (const piece of news) pieceSeen(channel, piece);
  if (isFirst) pupilIntroduced(state, channel);
  else if (news.length > 0) {
    channel.node.lastHaveAt = state.now;
    for (const piece of news) pupilHas(state, channel, piece);
  }
  interestChanged(state, channel);
}

function pieceSeen(channel: Channel, piece: PieceIndex): void {
  const { picker } = channel.torrent;
  picker.changeAvailability(piece, 1);
  if (picker.isWanted(piece)) channel.wantedCount++;
}

/** Two nodes that both have everything have nothing to say to each other (threat row 14). */
function interestChanged(state: EngineState, channel: Channel): void {
  if (channel.isSeed && channel.torrent.isComplete) closeLink(state, channel.link, 'both_complete');
  else fillRequests(state, channel);
}

function extendedReceived(channel: Channel, id: number, payload: Uint8Array): void {
  if (id !== 0) throw new PeerError('peer_extension_unknown', `extended message ${id} that we never named`);
  const { listenPort, maxRequests } = parseExtensionHandshake(payload);
  channel.maxRequests = maxRequests ?? channel.maxRequests;
  if (listenPort === undefined) return;
  // Knowing where the node listens keeps us from dialling it a second time.
  const address = { ip: channel.link.address.ip, port: listenPort };
  channel.torrent.addresses.add([address]);
  channel.torrent.addresses.identify(address, channel.node.peerId);
}
