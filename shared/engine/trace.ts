/**
 * One vocabulary of events for logs, metrics, reports, the live picture and its replay (shared/trace writes them down).
 * Emitted only while somebody looks (`setTrace`): else each costs one check.
 */
import type { Bitfield } from '../bitfield.ts';
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import type { TracedMessage } from './trace-message.ts';

interface OnLink {
  readonly link: LinkId;
  readonly peerId: PeerId;
}
interface OnTorrent {
  readonly torrent: InfoHash;
}
interface OnPiece extends OnTorrent {
  readonly piece: number;
}
interface OnBlock extends OnLink, OnPiece {
  /** Within the piece. */
  readonly block: number;
}

/** A node as a round of choking saw it, best first; slots as they are after the round. */
export interface RankedNode {
  readonly peerId: PeerId;
  readonly receivedBytesPerSecond: number;
  readonly sentBytesPerSecond: number;
  readonly isInterested: boolean;
  readonly isSnubbing: boolean;
  readonly isUnchoked: boolean;
  readonly isOptimistic: boolean;
}

export type TraceEvent =
  | { readonly type: 'linkOpened'; readonly link: LinkId; readonly direction: 'inbound' | 'outbound' }
  | ({ readonly type: 'linkReady'; readonly direction: 'inbound' | 'outbound' } & OnLink)
  | { readonly type: 'linkEnded'; readonly link: LinkId; readonly reason: string }
  | ({ readonly type: 'channelOpened' | 'channelClosed'; readonly channel: number } & OnLink & OnTorrent)
  | ({ readonly type: 'choked' | 'unchoked' | 'chokedBy' | 'unchokedBy' } & OnLink)
  | ({
      readonly type: 'interested' | 'notInterested' | 'interestedBy' | 'notInterestedBy';
    } & OnLink &
      OnTorrent)
  | ({ readonly type: 'snubbed' | 'notSnubbed' } & OnLink)
  /** Who has the optimistic slot now. */
  | { readonly type: 'optimistic'; readonly peerId: PeerId | undefined }
  | { readonly type: 'chokingRound'; readonly ranking: readonly RankedNode[] }
  | ({
      readonly type: 'torrentAdded';
      /** A copy. */
      readonly held: Bitfield;
      readonly want: 'all' | 'none';
    } & OnTorrent)
  | ({ readonly type: 'torrentRemoved' } & OnTorrent)
  | ({ readonly type: 'wanted'; readonly pieces: readonly number[] } & OnTorrent)
  /** A block is due. `expectedMs`: how long the node took lately; 0 when nobody knows. */
  | ({ readonly type: 'requested'; readonly isGift: boolean; readonly expectedMs: number } & OnBlock)
  /** It is due no more: cancelled, rejected, or given to another. */
  | ({ readonly type: 'requestOff' } & OnBlock)
  /** `blockWasted`: it came twice, or for nothing. */
  | ({ readonly type: 'blockReceived' | 'blockWasted' | 'blockSent'; readonly bytes: number } & OnBlock)
  | ({ readonly type: 'webSeedAsked'; readonly count: number } & OnPiece)
  | ({ readonly type: 'webSeedPiece'; readonly bytes: number } & OnPiece)
  | ({ readonly type: 'pieceVerified' | 'pieceFlushed' | 'pieceFailed' | 'pieceLost' } & OnPiece)
  | {
      readonly type: 'messageSent' | 'messageReceived';
      readonly link: LinkId;
      /** Undefined for what is the link's, or names a torrent that is not here. */
      readonly torrent: InfoHash | undefined;
      readonly message: TracedMessage;
    }
  /** What comes between these tells how things stood when `setTrace` came; nothing of it happens now. */
  | { readonly type: 'standingBegins' | 'standingTold' }
  | { readonly type: 'banned'; readonly peerId: PeerId; readonly ip: string; readonly code: string };
