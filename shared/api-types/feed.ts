/**
 * Frames of the feed, one JSON text message each, on WebSocket `/feed`; a binary message is such a text, deflated
 * (shared/node/feed-deflate.ts). The edge speaks first.
 * An edge resumes at its last number; the origin sends what follows, in order, then live entries.
 */
import type { Signed } from '../log/entry.ts';
import type { InfoHash, PeerId } from '../units.ts';
import type { ByteCounts } from './status.ts';

export const FEED_VERSION = 1;

export type FeedClientFrame =
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly name: string;
      readonly peerId: PeerId;
      readonly peerPort: number;
      /** Address other nodes dial; null: the address this socket comes from. */
      readonly advertiseIp: string | null;
      /** Base URL for shoppers; null: `http://<address>:<httpPort>`. */
      readonly publicUrl: string | null;
      readonly httpPort: number;
      /** Highest entry this edge has verified. The origin answers `fork` when its own entry differs. */
      readonly head: { readonly number: number; readonly hash: string };
      /** Whether `entries` are to bring what the .torrent files of new sets have beyond their entries. */
      readonly pieceHashes: boolean;
      /** Shared secret of the fleet, when the origin asks for one. */
      readonly fleetToken: string | null;
    }
  | {
      readonly type: 'progress';
      readonly applied: number;
      readonly images: { readonly known: number; readonly complete: number };
      readonly bytes: ByteCounts;
      readonly peers: number;
    }
  /** Image sets by the numbers of the entries that published them; FA1 to FA3 of docs/PROTOCOL.md. */
  | {
      readonly type: 'announce';
      /** Held whole. */
      readonly has: NumberRanges;
      /** Joined, with pieces missing. */
      readonly wants: NumberRanges;
      readonly left: NumberRanges;
      /** Everything was told on this socket now: what an earlier one told, and this one did not, is gone. */
      readonly whole: boolean;
    }
  /** Asks for the piece hashes of many sets at once, by the numbers of their entries; FH1 of docs/PROTOCOL.md. */
  | { readonly type: 'wantHashes'; readonly sets: NumberRanges }
  | AcknowledgeFrame
  /** Asks for the head as it is now; the answer names the question. PU4 of docs/PROTOCOL.md. */
  | { readonly type: 'askHead'; readonly question: number };

/** Entries up to this one are on disk and in effect: PU2 of docs/PROTOCOL.md. */
export interface AcknowledgeFrame {
  readonly type: 'acknowledge';
  readonly entry: number;
}

/** First and last number of each range in turn, rising: `[1, 200, 205, 205]`. */
export type NumberRanges = readonly number[];

export type FeedServerFrame =
  | {
      readonly type: 'welcome';
      readonly version: number;
      /** Root public key, 64 hex digits. An edge pins the first it sees, or the one it was given by flag. */
      readonly rootKey: string;
      /** Where the origin's peer wire listens; host null: same host as the feed's URL. */
      readonly peer: { readonly peerId: PeerId; readonly host: string | null; readonly port: number };
      /** Base URL that the origin's .torrent files name, so that an edge can write them too. */
      readonly publicUrl: string;
      /** The origin understands `acknowledge` and `askHead`. */
      readonly acknowledgements?: true;
    }
  /** Rising, without gaps; at most 256 entries and 512 KiB a frame. */
  | {
      readonly type: 'entries';
      readonly entries: readonly Signed[];
      /** Of image sets that these entries publish and the origin still has; none when the hello wanted none. */
      readonly pieceHashes: readonly SetHashes[];
    }
  /** Every few seconds, and after each append. */
  | {
      readonly type: 'head';
      readonly head: Signed;
      /** The question that it answers. */
      readonly answers?: number;
    }
  /** The fleet as the origin sees it, so that an edge knows its siblings' ids and addresses. */
  | {
      readonly type: 'fleet';
      readonly nodes: readonly {
        readonly peerId: PeerId;
        readonly host: string;
        readonly port: number;
        /** Where it answers over HTTP; of edges only. */
        readonly url?: string;
      }[];
    }
  /** Peers outside the fleet, for sets that this edge announced; FA4 of docs/PROTOCOL.md. */
  | {
      readonly type: 'peers';
      readonly addresses: readonly { readonly ip: string; readonly port: number }[];
      /** `entry`: the set's number; `peers`: places in `addresses`. */
      readonly sets: readonly { readonly entry: number; readonly peers: readonly number[] }[];
    }
  /** Answers `wantHashes`, in parts: these sets are done with; FH2 of docs/PROTOCOL.md. */
  | {
      readonly type: 'hashes';
      readonly sets: NumberRanges;
      /** Of those that are still published, and whose hashes a frame has room for. */
      readonly pieceHashes: readonly SetHashes[];
    }
  | { readonly type: 'refused'; readonly code: FeedRefusal; readonly message: string };

/** Not signed: the info-hashes, which are, tell whether the set's .torrent comes out. */
export interface SetHashes {
  readonly infoHash: InfoHash;
  /** Piece hashes as shared/metainfo/piece-hashes.ts has them, hexadecimal. */
  readonly hashes: string;
}

export type FeedRefusal =
  | 'feed_version'
  | 'feed_hello_invalid'
  | 'feed_token_wrong'
  | 'feed_ahead'
  | 'feed_fork'
  | 'feed_full'
  /** Another edge, which answers, has this peer id. */
  | 'feed_seat_taken';
