/** What the engine wants done. The host performs each in order; results come back as inputs. */
import type { HashRange } from '../metainfo/hash-range.ts';
import type { InfoHash, LinkId, PeerId, PieceIndex } from '../units.ts';
import type { Address } from './inputs.ts';
import type { TraceEvent } from './trace.ts';

export type EngineAction =
  /** Answered by `linkOpened` (direction outbound) or `dialFailed`. */
  | { readonly type: 'dial'; readonly torrent: InfoHash; readonly address: Address }
  /** Chunks in order; the host may hold on to them (they are never written again). */
  | { readonly type: 'send'; readonly link: LinkId; readonly chunks: readonly Uint8Array[] }
  /** No further input for this link is expected, `linkClosed` neither. */
  | { readonly type: 'close'; readonly link: LinkId; readonly reason: string }
  /** `bytes` are the piece's content (no padding). Answered by `pieceHashed`. */
  | {
      readonly type: 'hashPiece';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly bytes: Uint8Array;
    }
  /** Verified content, to be stored. Answered by `pieceWritten`. */
  | {
      readonly type: 'writePiece';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly bytes: Uint8Array;
    }
  /** Content bytes of a verified piece, for an upload. Answered by `blockRead`. */
  | {
      readonly type: 'readBlock';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly beginBytes: number;
      readonly lengthBytes: number;
    }
  /** Hashes of a file's tree, for a node that asks (BEP 52); the pieces they need are held. Answered by `hashesRead`. */
  | {
      readonly type: 'readHashes';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly range: HashRange;
    }
  /** The info dictionary, of which a stranger asks for a piece (BEP 9). Answered by `metadataRead`. */
  | {
      readonly type: 'readMetadata';
      readonly link: LinkId;
      readonly torrent: InfoHash;
      readonly piece: number;
    }
  /** Whether these lead to the piece's hash (`foldHashes`). Answered by `hashesChecked`. */
  | {
      readonly type: 'checkHashes';
      readonly torrent: InfoHash;
      readonly piece: PieceIndex;
      readonly range: HashRange;
      readonly hashes: Uint8Array;
    }
  /** Fetch these consecutive pieces (all of one file) from the web seed. `webSeedPiece` each, then `webSeedEnded`. */
  | {
      readonly type: 'fetchFromWebSeed';
      readonly torrent: InfoHash;
      readonly fetch: number;
      readonly firstPiece: PieceIndex;
      readonly pieceCount: number;
    }
  | { readonly type: 'cancelWebSeedFetch'; readonly fetch: number }
  /** Answered by `announced` or `announceFailed`. */
  | {
      readonly type: 'announce';
      readonly torrent: InfoHash;
      readonly event: 'started' | 'completed' | 'stopped' | 'periodic';
      readonly uploadedBytes: number;
      readonly downloadedBytes: number;
      readonly leftBytes: number;
    }
  /** Comes right after `writePiece`: readers may have it. The store answers reads of it from memory until written. */
  | { readonly type: 'pieceVerified'; readonly torrent: InfoHash; readonly piece: PieceIndex }
  | { readonly type: 'torrentComplete'; readonly torrent: InfoHash }
  /** The torrent's two halves disagree, or the store cannot take it: the host removes and reports it. */
  | { readonly type: 'torrentFailed'; readonly torrent: InfoHash; readonly code: 'torrent_hash_conflict' }
  | { readonly type: 'nodeBanned'; readonly peerId: PeerId; readonly ip: string; readonly code: string }
  | { readonly type: 'trace'; readonly event: TraceEvent };

export interface StepResult {
  readonly actions: readonly EngineAction[];
  /** When the host should call with `tick`, in the unit of `now` (ms); Infinity when nothing is due. */
  readonly wakeAt: number;
}
