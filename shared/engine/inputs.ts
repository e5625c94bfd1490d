/** What happens to the engine: everything from outside arrives as one of these, with `now` beside it. */
import type { Bitfield } from '../bitfield.ts';
import type { Geometry } from '../geometry.ts';
import type { HashRange } from '../metainfo/hash-range.ts';
import type { FileRoot, InfoHash, InfoHashV2, LinkId, PeerId, PieceIndex } from '../units.ts';

/** IP literal and TCP port. IPv4-mapped IPv6 addresses arrive as IPv4. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

/**
 * `ok`: v1 and v2 hashes both hold. `bad`: both fail. `conflict`: one holds and the other does not, so the
 * torrent's two halves disagree; that is the publisher's fault and never a peer's (threat row 6).
 */
export type PieceVerdict = 'ok' | 'bad' | 'conflict';

export type CloseReason = 'remote_closed' | 'error' | 'timeout' | 'shutdown';

export type EngineInput =
  | {
      readonly type: 'addTorrent';
      readonly torrent: InfoHash;
      readonly infoHashV2: InfoHashV2;
      readonly geometry: Geometry;
      /** The files' merkle roots, in the torrent's order; without them no hashes are given or asked for (BEP 52). */
      readonly roots?: readonly FileRoot[];
      /** Pieces the store holds, verified. The engine takes ownership. */
      readonly verified: Bitfield;
      /** `all`: fetch everything. `none`: only what readers want. */
      readonly want: 'all' | 'none';
      /** BEP 16: hand out each piece about once. For the origin. */
      readonly superSeed: boolean;
      /** Super-seeded, and nobody can have it yet: edges that want every set are sent of it unasked (EC2). Default false. */
      readonly isNew?: boolean;
      /** Whether a web seed may be asked when no peer gives. */
      readonly webSeed: boolean;
    }
  | { readonly type: 'removeTorrent'; readonly torrent: InfoHash }
  | { readonly type: 'setWant'; readonly torrent: InfoHash; readonly want: 'all' | 'none' }
  /** A reader waits for these pieces, in this order. `reader` is the host's number for it. */
  | {
      readonly type: 'readerWants';
      readonly torrent: InfoHash;
      readonly reader: number;
      readonly pieces: readonly PieceIndex[];
    }
  | { readonly type: 'readerLeft'; readonly torrent: InfoHash; readonly reader: number }
  /**
   * The fleet's ids: reserved slots, and never dropped for a stranger. `origin` marks the seed of last resort. The array is
   * not to be changed afterwards.
   */
  | {
      readonly type: 'fleet';
      readonly nodes: readonly { readonly peerId: PeerId; readonly isOrigin: boolean }[];
    }
  /** Whether to emit trace events from now on. `on` first tells how things stand, each time, as events. */
  | { readonly type: 'setTrace'; readonly on: boolean }
  /** `reserve`: whom to link to only for want of a web seed that answers. */
  | {
      readonly type: 'peersFound';
      readonly torrent: InfoHash;
      readonly addresses: readonly Address[];
      readonly reserve?: readonly Address[];
    }
  /** Links to these nodes of the fleet, for no torrent yet; the one that is named need not be here (CH14). */
  | { readonly type: 'meet'; readonly torrent: InfoHash; readonly addresses: readonly Address[] }
  | {
      readonly type: 'announced';
      readonly torrent: InfoHash;
      readonly addresses: readonly Address[];
      readonly intervalMs: number;
    }
  | { readonly type: 'announceFailed'; readonly torrent: InfoHash; readonly retryMs: number | undefined }
  /** `torrent` is what the dial was for; an inbound link says by its handshake. */
  | {
      readonly type: 'linkOpened';
      readonly link: LinkId;
      readonly direction: 'inbound' | 'outbound';
      readonly address: Address;
      readonly torrent: InfoHash | undefined;
    }
  | { readonly type: 'dialFailed'; readonly torrent: InfoHash; readonly address: Address }
  /** The engine reads `bytes` within the step and keeps no view of them. */
  | { readonly type: 'linkData'; readonly link: LinkId; readonly bytes: Uint8Array }
  /** So many bytes given by `send` have left for the kernel since the last such input. */
  | { readonly type: 'linkSent'; readonly link: LinkId; readonly bytes: number }
  | { readonly type: 'linkClosed'; readonly link: LinkId; readonly reason: CloseReason }
  /** `leaves`: SHA-256 of each content block, 32 bytes each (BEP 52 leaf hashes). */
  | {
      readonly type: 'pieceHashed';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly verdict: PieceVerdict;
      readonly leaves: Uint8Array;
    }
  /** Answer to `writePiece`. A failed write makes the piece missing again. */
  | {
      readonly type: 'pieceWritten';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly ok: boolean;
    }
  /** Answer to `readBlock`; `bytes` undefined: the store could not read it (the piece becomes missing). */
  | {
      readonly type: 'blockRead';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly beginBytes: number;
      readonly bytes: Uint8Array | undefined;
    }
  /** Answer to `readHashes`; undefined: they could not be made. */
  | {
      readonly type: 'hashesRead';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly range: HashRange;
      readonly hashes: Uint8Array | undefined;
    }
  /** Answer to `readMetadata`: all of the info dictionary; undefined: it could not be had. */
  | {
      readonly type: 'metadataRead';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly piece: number;
      readonly info: Uint8Array | undefined;
    }
  /** Answer to `checkHashes`: the piece's true leaves; undefined: they were not. */
  | {
      readonly type: 'hashesChecked';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly leaves: Uint8Array | undefined;
    }
  /** The store no longer holds these pieces (evicted, or found damaged). */
  | { readonly type: 'piecesLost'; readonly torrent: InfoHash; readonly pieces: readonly PieceIndex[] }
  /** One whole piece (content only) came from the web seed; the engine takes ownership of the bytes. */
  | {
      readonly type: 'webSeedPiece';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly bytes: Uint8Array;
    }
  /** The fetch is over, whether whole or not; what did not come is missing again. */
  | {
      readonly type: 'webSeedEnded';
      readonly torrent: InfoHash;
      readonly fetch: number;
      readonly ok: boolean;
    }
  /** A reader waits here, or at a node that fetches from this one's web seed. */
  | { readonly type: 'readerAsked' }
  /** Time has passed: the host calls this at `wakeAt`. */
  | { readonly type: 'tick' };
