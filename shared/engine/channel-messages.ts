/** What each message of the channels extension means (docs/PROTOCOL.md): channels that the other side opens and closes. */
import { Bitfield } from '../bitfield.ts';
import { PeerError, unreachable } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import {
  type ChannelMessage,
  encodeAccept,
  encodeClose,
  parseChannelMessage,
  type ToldPieces,
} from '../wire/channels.ts';
import { decodeMessage } from '../wire/decode-message.ts';
import { addressOf } from './address-key.ts';
import type { Channel } from './channel.ts';
import { addChannel, channelGone, isOpening, MAX_CHANNELS_PER_LINK, piecesOf } from './channels.ts';
import { nodeChanged } from './choking.ts';
import { dialMore, openWaiting } from './dialer.ts';
import { tellChanges } from './dont-have.ts';
import { charge } from './flood-guard.ts';
import { giftAnnounced } from './giving.ts';
import { forgetKept, keepBegin, keepMore, takesEarly } from './kept-channels.ts';
import { noteAnswer } from './late-nodes.ts';
import type { Link, Ready } from './link.ts';
import { onChannelMessage } from './messages.ts';
import { passFresh } from './passing-on.ts';
import { interestChanged, takePieces } from './pieces-told.ts';
import { channelQuiet } from './quiet-channels.ts';
import { comesBefore } from './reader-hedge.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, pupilIntroduced, startOffering } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';
import { askUntold } from './untold-pieces.ts';

/** @throws PeerError for a message of another form (CH9) */
export function channelMessageReceived(
  state: EngineState,
  link: Link,
  ready: Ready,
  payload: Uint8Array,
): void {
  const message = parseChannelMessage(payload);
  const kept = link.kept.get(message.number);
  if (kept && message.type !== 'close' && message.type !== 'begin') return keepMore(state, kept, payload);
  switch (message.type) {
    case 'open':
    case 'begin':
      return openReceived(state, link, ready, message, payload);
    case 'accept':
      return acceptReceived(state, link, ready, message);
    case 'close':
      return closeReceived(state, link, ready, message.number);
    case 'give': {
      const channel = link.channels.get(message.number);
      if (channel) giftAnnounced(state, channel, message.piece);
      return;
    }
    case 'message': {
      const channel = link.channels.get(message.number);
      // CH7: what was on its way when the channel was closed.
      if (channel) onChannelMessage(state, channel, decodeMessage(message.inner));
      return;
    }
    default:
      return unreachable(message);
  }
}

function openReceived(
  state: EngineState,
  link: Link,
  ready: Ready,
  open: Extract<ChannelMessage, { type: 'open' | 'begin' }>,
  payload: Uint8Array,
): void {
  const id = link.channelsId;
  const { number, infoHash } = open;
  const isTheirs = number !== 0 && number % 2 === (link.direction === 'inbound' ? 1 : 0);
  const isBegun = open.type === 'begin';
  if (id === undefined || !isTheirs || isNumberUsed(link, number) || (isBegun && !takesEarly(state, link))) {
    throw new PeerError('peer_channel_invalid', `${open.type} of channel ${number} (CH1, CH3, EC1)`);
  }
  charge(state, ready.node, 'channelOpen');
  ready.node.refusesEarly = false;
  const torrent = state.torrents.get(infoHash);
  if (!torrent && isBegun && keepBegin(state, link, number, infoHash, payload)) return;
  const isCrossed = torrent !== undefined && isOpening(link, torrent);
  if (!torrent || link.channels.size >= MAX_CHANNELS_PER_LINK || !yieldsTo(link, torrent, isBegun)) {
    state.send(link, encodeClose(id, number));
    return;
  }
  const channel = addChannel(state, link, ready, number, torrent);
  channel.isAhead = isBegun || (isCrossed && comesBefore(ready.node.peerId, state.options.peerId, torrent));
  state.send(link, encodeAccept(id, number, piecesOf(torrent, link)));
  begin(state, channel, open.pieces);
  passFresh(state, channel);
}

const isNumberUsed = (link: Link, number: number): boolean =>
  link.channels.has(number) || link.kept.has(number);

/** CH5, EC4: of two channels for one torrent what was begun stands, else the dialler's. @returns whether theirs may */
function yieldsTo(link: Link, torrent: Torrent, isBegun: boolean): boolean {
  if (link.channelOf.has(torrent)) return false;
  for (const [number, opening] of link.opening) {
    if (opening.torrent !== torrent) continue;
    opening.isCrossed = true;
    if (link.direction === 'outbound' && !isBegun) return false;
    link.opening.delete(number);
    torrent.addresses.identify(opening.address, undefined);
  }
  return true;
}

function acceptReceived(
  state: EngineState,
  link: Link,
  ready: Ready,
  accept: Extract<ChannelMessage, { type: 'accept' }>,
): void {
  const begun = link.channels.get(accept.number);
  if (begun?.isUnanswered) {
    begun.isUnanswered = false;
    return begin(state, begun, accept.pieces);
  }
  const opening = link.opening.get(accept.number);
  // CH5: ours was forgotten for theirs, or its torrent was removed meanwhile.
  if (!opening) return;
  link.opening.delete(accept.number);
  opening.torrent.addresses.identify(opening.address, ready.node.peerId);
  noteAnswer(state, ready.node, opening.askedAt);
  const { torrent } = opening;
  if (state.torrents.get(torrent.infoHash) !== torrent) {
    state.send(link, encodeClose(link.channelsId as number, accept.number));
    return;
  }
  const channel = addChannel(state, link, ready, accept.number, torrent);
  channel.isAhead = !opening.isCrossed || comesBefore(ready.node.peerId, state.options.peerId, torrent);
  begin(state, channel, accept.pieces);
  if (link.channels.get(accept.number) === channel) tellChanges(state, channel, opening.told);
  passFresh(state, channel);
  // What we opened it for may have come from elsewhere meanwhile.
  if (link.channels.get(accept.number) === channel) channelQuiet(state, channel);
}

function closeReceived(state: EngineState, link: Link, { node }: Ready, number: number): void {
  const opening = link.opening.get(number);
  if (opening) {
    link.opening.delete(number);
    noteAnswer(state, node, opening.askedAt);
    opening.torrent.addresses.ended(opening.address, false, state.now);
    dialMore(state, opening.torrent);
    openWaiting(state, link);
    return;
  }
  const kept = link.kept.get(number);
  if (kept) return forgetKept(state, kept);
  const channel = link.channels.get(number);
  if (!channel) return;
  if (channel.isUnanswered) channel.node.refusesEarly = true;
  channelGone(state, channel);
  nodeChanged(state);
  // Opened again at once, it could be closed at once, for ever.
  for (const key of node.addressKeys) channel.torrent.addresses.ended(addressOf(key), true, state.now);
  dialMore(state, channel.torrent);
  openWaiting(state, link);
}

function begin(state: EngineState, channel: Channel, pieces: ToldPieces): void {
  channel.mayTellPieces = false;
  const { pieceCount } = channel.torrent.geometry;
  const told = toldBitfield(pieces, pieceCount);
  if (!told) throw new PeerError('peer_bitfield_invalid', 'bitfield of wrong length or with spare bits set');
  takePieces(channel, [...told.indexes()] as PieceIndex[]);
  channel.beganEmpty = pieces.type === 'none';
  if (activeSeeder(channel.torrent)) startOffering(state, channel);
  pupilIntroduced(state, channel);
  askUntold(state, channel.torrent);
  interestChanged(state, channel);
}

function toldBitfield(pieces: ToldPieces, pieceCount: number): Bitfield | undefined {
  if (pieces.type === 'bitfield') return Bitfield.parse(pieceCount, pieces.bytes);
  return pieces.type === 'all' ? Bitfield.full(pieceCount) : Bitfield.empty(pieceCount);
}
