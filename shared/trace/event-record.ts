/** The record that an event of the engine becomes. */
import type { Bitfield } from '../bitfield.ts';
import { toHex } from '../bytes.ts';
import type { RankedNode, TraceEvent } from '../engine/trace.ts';
import { unreachable } from '../errors.ts';
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import type { RankedPeer, TraceRecord } from './record.ts';

/** The log's names for what a node's events name. */
export interface Indexes {
  readonly link: (id: LinkId) => number | undefined;
  readonly peer: (peerId: PeerId) => number;
  readonly set: (torrent: InfoHash) => number | undefined;
}

/** @returns undefined when its link or its set is not known: it comes too late, or nobody can tell what it is about */
export function recordOf(
  t: number,
  node: number,
  event: TraceEvent,
  indexes: Indexes,
): TraceRecord | undefined {
  switch (event.type) {
    case 'optimistic': {
      const peer = event.peerId === undefined ? {} : { peer: indexes.peer(event.peerId) };
      return { t, type: 'optimistic', node, ...peer };
    }
    case 'chokingRound': {
      const ranking = event.ranking.map((ranked) => rankedPeer(ranked, indexes.peer(ranked.peerId)));
      return { t, type: 'chokingRound', node, ranking };
    }
    case 'standingBegins':
    case 'standingTold':
      return undefined;
    case 'banned':
      return { t, type: 'banned', node, peer: indexes.peer(event.peerId), code: event.code };
    case 'linkOpened':
    case 'linkReady':
    case 'linkEnded':
    case 'choked':
    case 'unchoked':
    case 'chokedBy':
    case 'unchokedBy':
    case 'snubbed':
    case 'notSnubbed':
    case 'messageSent':
    case 'messageReceived':
      return ofLink(t, node, event, indexes);
    default:
      return ofSet(t, node, event, indexes);
  }
}

type SetEvent = Exclude<Extract<TraceEvent, { readonly torrent: InfoHash }>, { readonly message: unknown }>;
type ChannelEvent = Extract<SetEvent, { readonly link: LinkId }>;
type LinkEvent = Exclude<Extract<TraceEvent, { readonly link: LinkId }>, ChannelEvent>;

function ofLink(t: number, node: number, event: LinkEvent, indexes: Indexes): TraceRecord | undefined {
  const link = indexes.link(event.link);
  if (link === undefined) return undefined;
  switch (event.type) {
    case 'linkOpened':
      return { t, type: 'linkOpened', node, link, direction: event.direction };
    case 'linkReady':
      return { t, type: 'linkReady', node, link, peer: indexes.peer(event.peerId) };
    case 'linkEnded':
      return { t, type: 'linkEnded', node, link, reason: event.reason };
    case 'messageSent':
    case 'messageReceived': {
      const set = event.torrent === undefined ? undefined : indexes.set(event.torrent);
      const { torrent: _, ...said } = event.message;
      const type = event.type === 'messageSent' ? 'sent' : 'received';
      return { t, type, node, link, ...(set === undefined ? {} : { set }), ...said };
    }
    default:
      return { t, type: event.type, node, link };
  }
}

function ofSet(t: number, node: number, event: SetEvent, indexes: Indexes): TraceRecord | undefined {
  const set = indexes.set(event.torrent);
  if (set === undefined) return undefined;
  switch (event.type) {
    case 'torrentAdded':
      return { t, type: 'joined', node, set, held: heldText(event.held), want: event.want };
    case 'torrentRemoved':
      return { t, type: 'dropped', node, set };
    case 'wanted':
      return { t, type: 'wanted', node, set, pieces: event.pieces };
    case 'webSeedAsked':
      return { t, type: 'webSeedAsked', node, set, piece: event.piece, count: event.count };
    case 'webSeedPiece':
      return { t, type: 'webSeedPiece', node, set, piece: event.piece, bytes: event.bytes };
    case 'pieceVerified':
    case 'pieceFlushed':
    case 'pieceFailed':
    case 'pieceLost':
      return { t, type: event.type, node, set, piece: event.piece };
    default: {
      const link = indexes.link(event.link);
      return link === undefined ? undefined : ofChannel(t, node, event, { link, set });
    }
  }
}

function ofChannel(
  t: number,
  node: number,
  event: ChannelEvent,
  on: { readonly link: number; readonly set: number },
): TraceRecord {
  switch (event.type) {
    case 'channelOpened':
    case 'channelClosed':
      return { t, type: event.type, node, ...on, channel: event.channel };
    case 'interested':
    case 'notInterested':
    case 'interestedBy':
    case 'notInterestedBy':
      return { t, type: event.type, node, ...on };
    case 'requested': {
      const { type, piece, block, isGift: gift, expectedMs } = event;
      return { t, type, node, ...on, piece, block, gift, expectedMs };
    }
    case 'requestOff':
      return { t, type: 'requestOff', node, ...on, piece: event.piece, block: event.block };
    case 'blockReceived':
    case 'blockWasted':
    case 'blockSent': {
      const { type, piece, block, bytes } = event;
      return { t, type, node, ...on, piece, block, bytes };
    }
    default:
      return unreachable(event);
  }
}

function rankedPeer(ranked: RankedNode, peer: number): RankedPeer {
  return {
    peer,
    receivedBytesPerSecond: ranked.receivedBytesPerSecond,
    sentBytesPerSecond: ranked.sentBytesPerSecond,
    interested: ranked.isInterested,
    snubbed: ranked.isSnubbing,
    unchoked: ranked.isUnchoked,
    optimistic: ranked.isOptimistic,
  };
}

export function heldText(held: Bitfield): string {
  if (held.count === 0) return 'none';
  return held.isFull ? 'all' : toHex(held.bytes);
}
