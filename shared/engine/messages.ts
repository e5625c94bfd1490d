/** What each message of the peer wire means on a ready link. Breaking a rule of the BEPs ends the link. */
import { Bitfield } from '../bitfield.ts';
import { PeerError, unreachable } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import { encodeHashReject } from '../wire/encode.ts';
import type { Message } from '../wire/messages.ts';
import { allowedReceived, fastRefused, grantFast, suggestReceived } from './allowed-fast.ts';
import type { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import { blockReceived, requestRejected } from './download.ts';
import { channelExtensionReceived, extendedReceived } from './extended-messages.ts';
import { charge } from './flood-guard.ts';
import { abandonRequests, leaveBegun } from './given-up-requests.ts';
import { hashesReceived, hashRejectReceived, hashRequestReceived } from './hash-exchange.ts';
import type { Link, Ready } from './link.ts';
import { interestChanged, takePiece, takePieces } from './pieces-told.ts';
import { channelQuiet } from './quiet-channels.ts';
import { fillLink } from './requests.ts';
import type { EngineState } from './state.ts';
import { pupilHas, pupilIntroduced } from './super-seeding.ts';
import { askUntold } from './untold-pieces.ts';
import { cancelUpload, requestReceived } from './upload.ts';

/** Looking through so many pieces of a later bitfield is the work of one message. */
const PIECES_PER_LOOK = 64;

/** The link's own messages; all others are for channel 0. @throws PeerError; the caller closes the link */
export function onMessage(state: EngineState, link: Link, ready: Ready, message: Message): void {
  switch (message.type) {
    case 'keepAlive':
    case 'port':
      return;
    case 'choke':
      return chokedBy(state, link, ready);
    case 'unchoke':
      return unchokedBy(state, link, ready);
    case 'hashRequest':
      // Who asks must hear something, or it waits for us (BEP 52); CH7: channel 0 may be closed.
      if (!link.channels.has(0)) state.send(link, encodeHashReject(message.wanted));
      else hashRequestReceived(state, link.channels.get(0) as Channel, message.wanted);
      return;
    case 'extended':
      return extendedReceived(state, link, ready, message.id, message.payload);
    default: {
      const channel = link.channels.get(0);
      // CH7: what was on its way when channel 0 was closed.
      if (channel) onChannelMessage(state, channel, message);
    }
  }
}

/** Messages about one torrent. @throws PeerError with codes `peer_*` */
export function onChannelMessage(state: EngineState, channel: Channel, message: Message): void {
  const { mayTellPieces } = channel;
  channel.mayTellPieces = false;
  switch (message.type) {
    case 'suggest':
      requireFast(channel, message.type);
      return suggestReceived(state, channel, message.piece);
    case 'allowedFast':
      requireFast(channel, message.type);
      return allowedReceived(state, channel, message.piece);
    case 'hashRequest':
      return hashRequestReceived(state, channel, message.wanted);
    case 'hashes':
      return hashesReceived(state, channel, message.wanted, message.hashes);
    case 'hashReject':
      return hashRejectReceived(state, channel, message.wanted);
    case 'unknown':
      return;
    case 'interested':
      return setPeerInterested(state, channel, true);
    case 'notInterested':
      return setPeerInterested(state, channel, false);
    case 'have':
      return haveReceived(state, channel, message.piece);
    case 'bitfield':
    case 'haveAll':
    case 'haveNone':
      if (message.type !== 'bitfield') requireFast(channel, message.type);
      return piecesTold(state, channel, message, mayTellPieces);
    case 'request':
      return requestReceived(state, channel, message);
    case 'piece':
      return blockReceived(state, channel, message.piece, message.beginBytes, message.block);
    case 'cancel':
      return cancelUpload(state, channel, message);
    case 'reject':
      requireFast(channel, 'reject');
      if (channel.link.isChokedBy) fastRefused(channel, message);
      return requestRejected(state, channel, message);
    case 'extended':
      return channelExtensionReceived(state, channel, message.id, message.payload);
    case 'keepAlive':
    case 'port':
    case 'choke':
    case 'unchoke':
      throw new PeerError('peer_channel_invalid', `${message.type} on a channel: it is the link's (CH6)`);
    default:
      return unreachable(message);
  }
}

function requireFast(channel: Channel, type: string): void {
  if (!channel.fast)
    throw new PeerError('peer_fast_not_agreed', `${type} without the fast extension (BEP 6)`);
}

function chokedBy(state: EngineState, link: Link, ready: Ready): void {
  charge(state, ready.node, 'choke');
  link.isChokedBy = true;
  state.trace({ type: 'chokedBy', link: link.id, peerId: ready.node.peerId });
  state.idleLinks.delete(link);
  leaveBegun(state, link);
  // With BEP 6 the other side answers each request still, by its block or by a reject.
  if (ready.fast) return;
  for (const channel of link.channels.values()) abandonRequests(state, channel);
}

function unchokedBy(state: EngineState, link: Link, ready: Ready): void {
  link.isChokedBy = false;
  state.trace({ type: 'unchokedBy', link: link.id, peerId: ready.node.peerId });
  const first = link.channels.get(0);
  if (first) first.mayTellPieces = false;
  fillLink(state, link);
}

function setPeerInterested(state: EngineState, channel: Channel, isInterested: boolean): void {
  charge(state, channel.node, 'idleMessage');
  if (channel.peerInterested === isInterested) return;
  channel.peerInterested = isInterested;
  channel.node.interestedChannels += isInterested ? 1 : -1;
  const { link, node, torrent } = channel;
  if (state.isTracing) {
    const type = isInterested ? 'interestedBy' : 'notInterestedBy';
    state.trace({ type, link: link.id, peerId: node.peerId, torrent: torrent.infoHash });
  }
  if (!isInterested) channelQuiet(state, channel);
  nodeChanged(state);
}

function haveReceived(state: EngineState, channel: Channel, value: number): void {
  const piece = channel.torrent.geometry.pieceIndex(value);
  if (piece === undefined) throw new PeerError('peer_have_unknown_piece', `have ${value}`);
  if (!takePiece(channel, piece)) {
    // What the fleet says again about a piece that we lost is its answer to our don't-have.
    const isAnswer = channel.node.isFleet && channel.torrent.picker.isWanted(piece);
    return isAnswer ? undefined : charge(state, channel.node, 'idleMessage');
  }
  channel.node.lastHaveAt = state.now;
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
    grantFast(state, channel);
    askUntold(state, channel.torrent);
    return;
  }
  channel.beganEmpty = false;
  const { pieceCount } = channel.torrent.geometry;
  if (!isFirst) charge(state, channel.node, 'idleMessage', 1 + pieceCount / PIECES_PER_LOOK);
  const told =
    message.type === 'haveAll' ? Bitfield.full(pieceCount) : Bitfield.parse(pieceCount, message.bytes);
  if (!told) throw new PeerError('peer_bitfield_invalid', 'bitfield of wrong length or with spare bits set');
  const news = takePieces(channel, [...told.indexes()] as PieceIndex[]);
  if (isFirst) {
    pupilIntroduced(state, channel);
    grantFast(state, channel);
  } else if (news.length > 0) {
    channel.node.lastHaveAt = state.now;
    for (const piece of news) pupilHas(state, channel, piece);
  }
  interestChanged(state, channel);
}
