/**
 * Channels of a link: the first comes with the handshake, further ones by the channels extension
 * (docs/PROTOCOL.md). Added, opened by us, ended.
 */
import type { PieceIndex } from '../units.ts';
import { encodeClose, encodeOpen, type ToldPieces } from '../wire/channels.ts';
import { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import { closeLink } from './connections.ts';
import { openWaiting } from './dialer.ts';
import { becameRarer } from './free-pieces.ts';
import { toldOn } from './fresh-pieces.ts';
import { abandonRequests } from './given-up-requests.ts';
import { askedGone } from './hash-exchange.ts';
import { sendHaves } from './haves.ts';
import type { Address } from './inputs.ts';
import type { Link, Ready } from './link.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, pupilLeft } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';
import { traceChannel } from './wire-trace.ts';

/** A node of our kind opens no more; beyond this it is filling our memory. */
export const MAX_CHANNELS_PER_LINK = 4_096;

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
  if (state.isTracing) traceChannel(state, 'channelOpened', channel);
  return channel;
}

/** CH13: as many as the other side lets in. */
export const hasRoomForChannel = ({ channels, opening }: Link): boolean =>
  channels.size + opening.size < MAX_CHANNELS_PER_LINK;

/** Opens the torrent as a channel of a link that stands (CH4). */
export function openChannel(state: EngineState, link: Link, torrent: Torrent, address: Address): void {
  const number = link.nextChannelNumber;
  link.nextChannelNumber += 2;
  link.opening.set(number, {
    torrent,
    address,
    askedAt: state.now,
    told: toldOn(torrent, link),
    isCrossed: false,
  });
  state.send(link, encodeOpen(link.channelsId as number, number, torrent.infoHash, piecesOf(torrent, link)));
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
  openWaiting(state, link);
}

/** The channel is no more: what it was to do is given to others. */
export function channelGone(state: EngineState, channel: Channel): void {
  const { torrent, link, node } = channel;
  if (state.isTracing) traceChannel(state, 'channelClosed', channel);
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

/** What we say to have when a channel begins; a super-seeding origin says nothing (BEP 16). */
export function piecesOf(torrent: Torrent, link: Link): ToldPieces {
  const told = toldOn(torrent, link);
  if (told.count === 0 || activeSeeder(torrent)) return { type: 'none' };
  return told.isFull ? { type: 'all' } : { type: 'bitfield', bytes: told.bytes };
}

export function isOnLink(link: Link, torrent: Torrent): boolean {
  return link.channelOf.has(torrent) || isOpening(link, torrent);
}

export function isOpening(link: Link, torrent: Torrent): boolean {
  for (const opening of link.opening.values()) if (opening.torrent === torrent) return true;
  return false;
}
