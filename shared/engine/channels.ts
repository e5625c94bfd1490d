/**
 * Channels of a link: the first comes with the handshake, further ones by the channels extension
 * (docs/PROTOCOL.md). Opened, in use, closed; and of two links between the same nodes, which one stays.
 */
import { Bitfield } from '../bitfield.ts';
import { PeerError, unreachable } from '../errors.ts';
import type { PieceIndex } from '../units.ts';
import {
  type ChannelMessage,
  encodeAccept,
  encodeClose,
  encodeOpen,
  parseChannelMessage,
  type ToldPieces,
} from '../wire/channels.ts';
import { decodeMessage } from '../wire/decoder.ts';
import { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import { closeLink } from './connections.ts';
import { dialMore } from './dialer.ts';
import { tellChanges } from './dont-have.ts';
import { charge } from './flood-guard.ts';
import { becameRarer } from './free-pieces.ts';
import { abandonRequests } from './given-up-requests.ts';
import { giftAnnounced } from './giving.ts';
import { askedGone } from './hash-exchange.ts';
import { sendHaves } from './haves.ts';
import type { Address } from './inputs.ts';
import type { Link, Ready } from './link.ts';
import { onChannelMessage } from './messages.ts';
import { interestChanged, takePieces } from './pieces-told.ts';
import { channelQuiet } from './quiet-channels.ts';
import { comesBefore } from './reader-hedge.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, pupilIntroduced, pupilLeft, startOffering } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';
import { askUntold } from './untold-pieces.ts';

/** A node of our kind opens one per torrent on its way; beyond this it is filling our memory. */
const MAX_CHANNELS_PER_LINK = 4_096;

/** Makes the channel known to link, torrent and engine. */
export function addChannel(
  state: EngineState,
  link: Link,
  ready: Ready,
  number: number,
  torrent: Torrent,
): Channel {
  const channel = new Channel(state.nextSource++, number, torrent, link, ready, state.now, state.haveLog.end);
  link.channels.set(number, channel);
  link.channelOf.set(torrent, channel);
  torrent.addChannel(channel);
  state.channels.set(channel.source, channel);
  return channel;
}

/** Opens the torrent as a channel of a link that stands (CH4). */
export function openChannel(state: EngineState, link: Link, torrent: Torrent, address: Address): void {
  const number = link.nextChannelNumber;
  link.nextChannelNumber += 2;
  link.opening.set(number, { torrent, address, told: torrent.held.clone(), isCrossed: false });
  state.send(link, encodeOpen(link.channelsId as number, number, torrent.infoHash, piecesOf(torrent)));
}

/** Ends a channel from our side; on a link that takes no channels, the link with it. */
export function closeChannel(state: EngineState, channel: Channel, reason: string): void {
  const { link, number } = channel;
  if (link.channelsId === undefined) {
    closeLink(state, link, reason);
    return;
  }
  // The other side's last picture of us: a complete node is no pupil any more (BEP 16).
  sendHaves(state, link);
  state.send(link, encodeClose(link.channelsId, number));
  channelGone(state, channel);
  nodeChanged(state);
}

/** The channel is no more: what it was to do is given to others. */
export function channelGone(state: EngineState, channel: Channel): void {
  const { torrent, link, node } = channel;
  abandonRequests(state, channel);
  torrent.picker.sourceGone(channel.source);
  link.candidates.drop(channel);
  link.awaiting.delete(channel);
  link.advising.delete(channel);
  askedGone(state, channel);
  if (channel.amInterested) link.interestingChannels--;
  if (link.interestingChannels === 0) state.idleLinks.delete(link);
  link.channels.delete(channel.number);
  if (link.channelOf.get(torrent) === channel) link.channelOf.delete(torrent);
  link.serving.delete(channel);
  torrent.removeChannel(channel);
  state.torrentsToHedge.add(torrent);
  torrent.addresses.unlinked(node.peerId);
  state.torrentsToRest.add(torrent);
  state.channels.delete(channel.source);
  state.quietChannels.delete(channel);
  channel.uploads.removeAll();
  for (const request of channel.reading) link.readingBytes -= request.lengthBytes;
  for (const piece of channel.has.indexes()) {
    torrent.picker.changeAvailability(piece, -1);
    becameRarer(torrent, piece as PieceIndex);
  }
  pupilLeft(state, channel);
  if (channel.peerInterested) node.interestedChannels--;
}

/** @throws PeerError for a message of another form (CH9) */
export function channelMessageReceived(
  state: EngineState,
  link: Link,
  ready: Ready,
  payload: Uint8Array,
): void {
  const message = parseChannelMessage(payload);
  switch (message.type) {
    case 'open':
      return openReceived(state, link, ready, message);
    case 'accept':
      return acceptReceived(state, link, ready, message);
    case 'close':
      return closeReceived(state, link, message.number);
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
  open: Extract<ChannelMessage, { type: 'open' }>,
): void {
  const id = link.channelsId;
  const isTheirs = open.number !== 0 && open.number % 2 === (link.direction === 'inbound' ? 1 : 0);
  if (id === undefined || !isTheirs || link.channels.has(open.number)) {
    throw new PeerError('peer_channel_invalid', `open of channel ${open.number} (CH1, CH3)`);
  }
  charge(state, ready.node, 'channelOpen');
  const torrent = state.torrents.get(open.infoHash);
  const isCrossed = torrent !== undefined && isOpening(link, torrent);
  if (!torrent || link.channels.size >= MAX_CHANNELS_PER_LINK || !yieldsTo(link, torrent)) {
    state.send(link, encodeClose(id, open.number));
    return;
  }
  const channel = addChannel(state, link, ready, open.number, torrent);
  channel.isAhead = isCrossed && comesBefore(ready.node.peerId, state.options.peerId, torrent);
  state.send(link, encodeAccept(id, open.number, piecesOf(torrent)));
  begin(state, channel, open.pieces);
}

/** CH5: of two channels for one torrent the diallers' stands. @returns whether theirs may */
function yieldsTo(link: Link, torrent: Torrent): boolean {
  if (link.channelOf.has(torrent)) return false;
  for (const [number, opening] of link.opening) {
    if (opening.torrent !== torrent) continue;
    opening.isCrossed = true;
    if (link.direction === 'outbound') return false;
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
  const opening = link.opening.get(accept.number);
  // CH5: ours was forgotten for theirs, or its torrent was removed meanwhile.
  if (!opening) return;
  link.opening.delete(accept.number);
  opening.torrent.addresses.identify(opening.address, ready.node.peerId);
  const { torrent } = opening;
  if (state.torrents.get(torrent.infoHash) !== torrent) {
    state.send(link, encodeClose(link.channelsId as number, accept.number));
    return;
  }
  const channel = addChannel(state, link, ready, accept.number, torrent);
  channel.isAhead = !opening.isCrossed || comesBefore(ready.node.peerId, state.options.peerId, torrent);
  begin(state, channel, accept.pieces);
  if (link.channels.get(accept.number) === channel) tellChanges(state, channel, opening.told);
  // What we opened it for may have come from elsewhere meanwhile.
  if (link.channels.get(accept.number) === channel) channelQuiet(state, channel);
}

function closeReceived(state: EngineState, link: Link, number: number): void {
  const opening = link.opening.get(number);
  if (opening) {
    link.opening.delete(number);
    opening.torrent.addresses.ended(opening.address, false, state.now);
    dialMore(state, opening.torrent);
    return;
  }
  const channel = link.channels.get(number);
  if (!channel) return;
  channelGone(state, channel);
  nodeChanged(state);
  if (link.direction === 'outbound') channel.torrent.addresses.ended(link.address, true, state.now);
  dialMore(state, channel.torrent);
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

/** What we say to have when a channel begins; a super-seeding origin says nothing (BEP 16). */
export function piecesOf(torrent: Torrent): ToldPieces {
  if (torrent.held.count === 0 || activeSeeder(torrent)) return { type: 'none' };
  return torrent.isComplete ? { type: 'all' } : { type: 'bitfield', bytes: torrent.held.bytes };
}

/**
 * CH8: two links between the same nodes become one. Only the node that dialled the one too many closes it; its
 * torrents go on as channels of the other.
 */
export function mergeTwins(state: EngineState, link: Link, ready: Ready): void {
  for (const other of ready.node.links) {
    if (other === link || other.channelsId === undefined) continue;
    const loser = loserOf(state, link, other, ready.node.peerId);
    if (loser.direction !== 'outbound') return;
    const winner = loser === link ? other : link;
    const torrents = Array.from(loser.channels.values(), (channel) => channel.torrent);
    const openings = [...loser.opening.values()];
    closeLink(state, loser, 'link_duplicate');
    for (const torrent of torrents) reopen(state, winner, torrent, loser.address);
    for (const opening of openings) reopen(state, winner, opening.torrent, opening.address);
    return;
  }
}

function reopen(state: EngineState, link: Link, torrent: Torrent, address: Address): void {
  if (torrent.wantsAnything && !isOnLink(link, torrent)) openChannel(state, link, torrent, address);
}

export function isOnLink(link: Link, torrent: Torrent): boolean {
  return link.channelOf.has(torrent) || isOpening(link, torrent);
}

function isOpening(link: Link, torrent: Torrent): boolean {
  for (const opening of link.opening.values()) if (opening.torrent === torrent) return true;
  return false;
}

function loserOf(state: EngineState, a: Link, b: Link, peerId: string): Link {
  if (a.direction === b.direction) return a.id > b.id ? a : b;
  const dialledByUs = a.direction === 'outbound' ? a : b;
  const dialledByThem = dialledByUs === a ? b : a;
  return state.options.peerId < peerId ? dialledByThem : dialledByUs;
}
