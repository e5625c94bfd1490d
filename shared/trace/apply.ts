/** Which part of the picture each record changes. */
import { unreachable } from '../errors.ts';
import { ownNode, ownSet } from './own.ts';
import type { Picture } from './picture.ts';
import { blockReceived, blockSent, requested, requestOff, webSeedPiece } from './picture-blocks.ts';
import {
  channelClosed,
  channelOpened,
  forgetEnd,
  interestChanged,
  linkOpened,
  linkReady,
  slotChanged,
} from './picture-links.ts';
import { acted, introduced, nodeAppeared, nodeBack, nodeLeft } from './picture-nodes.ts';
import { dropHolding, joined, pieceGone, pieceHeld, piecesWanted, setPublished } from './picture-sets.ts';
import type { TraceRecord } from './record.ts';

/** @param record one that `KnownIndexes` admitted, or that a recorder made */
export function apply(picture: Picture, record: TraceRecord): void {
  picture.t = record.t;
  switch (record.type) {
    case 'node':
      return nodeAppeared(picture, record);
    case 'introduced':
      return introduced(picture, record);
    case 'left':
      return nodeLeft(picture, record);
    case 'back':
      return nodeBack(picture, record);
    case 'set':
      return setPublished(picture, record);
    case 'purged':
      ownSet(picture, record.set).purgedAt = record.t;
      return;
    case 'joined':
      return joined(picture, record);
    case 'dropped':
      return dropHolding(picture, ownNode(picture, record.node), record.set);
    case 'wanted':
      return piecesWanted(picture, record);
    case 'optimistic':
      ownNode(picture, record.node).optimistic = record.peer;
      return;
    case 'chokingRound':
      ownNode(picture, record.node).round = { t: record.t, ranking: record.ranking };
      return;
    case 'banned':
      ownNode(picture, record.node).banned.set(record.peer, record.code);
      return;
    case 'pieceVerified':
    case 'pieceFlushed':
      return pieceHeld(picture, record);
    case 'pieceFailed':
    case 'pieceLost':
      return pieceGone(picture, record);
    case 'webSeedPiece':
      return webSeedPiece(picture, record);
    case 'act':
      return acted(picture, record);
    case 'missed':
      picture.missedRecords += record.count;
      return;
    case 'sent':
    case 'received':
    case 'clock':
    case 'webSeedAsked':
      return;
    default:
      return applyToLink(picture, record);
  }
}

type LinkRecord = Exclude<
  Extract<TraceRecord, { readonly link: number }>,
  { readonly type: 'sent' | 'received' }
>;

function applyToLink(picture: Picture, record: LinkRecord): void {
  switch (record.type) {
    case 'linkOpened':
      return linkOpened(picture, record);
    case 'linkReady':
      return linkReady(picture, record);
    case 'linkEnded': {
      const end = picture.ends.get(record.link);
      return end && forgetEnd(picture, end);
    }
    case 'channelOpened':
      return channelOpened(picture, record);
    case 'channelClosed':
      return channelClosed(picture, record);
    case 'requested':
      return requested(picture, record);
    case 'requestOff':
      return requestOff(picture, record);
    case 'blockReceived':
    case 'blockWasted':
      return blockReceived(picture, record);
    case 'blockSent':
      return blockSent(picture, record);
    case 'interested':
    case 'notInterested':
    case 'interestedBy':
    case 'notInterestedBy':
      return interestChanged(picture, record);
    case 'choked':
    case 'unchoked':
    case 'chokedBy':
    case 'unchokedBy':
    case 'snubbed':
    case 'notSnubbed':
      return slotChanged(picture, record);
    default:
      return unreachable(record);
  }
}
