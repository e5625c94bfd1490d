/** One vocabulary of events for logs, metrics, reports, the live picture and its replay. */
import type { InfoHash, LinkId, PeerId } from '../units.ts';

interface OnLink {
  readonly link: LinkId;
  readonly peerId: PeerId;
}
interface OnTorrent {
  readonly torrent: InfoHash;
}

export type TraceEvent =
  | ({ readonly type: 'linkReady'; readonly direction: 'inbound' | 'outbound' } & OnLink & OnTorrent)
  | { readonly type: 'linkEnded'; readonly link: LinkId; readonly reason: string }
  | ({ readonly type: 'choked' | 'unchoked' | 'chokedBy' | 'unchokedBy' } & OnLink)
  | ({ readonly type: 'interested' | 'notInterested' } & OnLink & OnTorrent)
  | ({ readonly type: 'blockReceived'; readonly piece: number; readonly bytes: number } & OnLink & OnTorrent)
  | ({ readonly type: 'blockSent'; readonly piece: number; readonly bytes: number } & OnLink & OnTorrent)
  | ({ readonly type: 'pieceVerified'; readonly piece: number } & OnTorrent)
  | ({ readonly type: 'pieceFailed'; readonly piece: number } & OnTorrent)
  | { readonly type: 'banned'; readonly peerId: PeerId; readonly ip: string; readonly code: string };
