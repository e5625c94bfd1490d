/** All that the engine knows of one torrent. Only plain state: what happens to it stands in the files around. */
import type { Bitfield } from '../bitfield.ts';
import type { Geometry } from '../geometry.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { Picker } from '../picker/picker.ts';
import type { Random } from '../random.ts';
import type { InfoHash, InfoHashV2, PeerId, PieceIndex } from '../units.ts';
import { AddressBook } from './address-book.ts';
import type { Channel } from './channel.ts';
import type { EngineTunables } from './options.ts';
import { SuperSeeder } from './super-seeder.ts';

/** A complete piece whose hash is not known yet, or failed: its bytes or leaves, and who sent each block. */
export interface SentPiece {
  readonly senders: readonly Contributor[];
}

export interface Contributor {
  /** Undefined: the web seed. */
  readonly nodeKey: string | undefined;
}

export interface CheckingPiece extends SentPiece {
  readonly bytes: Uint8Array;
}

export interface FailedPiece extends SentPiece {
  readonly leaves: Uint8Array;
}

export interface WebSeedState {
  /** Undefined while no fetch is under way. */
  fetch:
    | { readonly number: number; readonly pieces: Set<PieceIndex>; readonly forReader: boolean }
    | undefined;
  failures: number;
  retryAt: number;
}

export class Torrent {
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;
  readonly held: Bitfield;
  readonly picker: Picker;
  readonly channels = new Map<SourceId, Channel>();
  readonly addresses: AddressBook;
  /** Who sent blocks, by source; a sender must be known after its link is gone. Empty once the torrent is complete. */
  readonly contributors = new Map<SourceId, Contributor>();
  /** Content of pieces under way. */
  readonly buffers = new Map<PieceIndex, Uint8Array>();
  readonly checking = new Map<PieceIndex, CheckingPiece>();
  /** Failed attempts, kept until the piece passes and shows who lied. */
  readonly failures = new Map<PieceIndex, FailedPiece[]>();
  readonly readers = new Map<number, readonly PieceIndex[]>();
  /** When each piece was first waited for by a reader. */
  readonly readerSince = new Map<PieceIndex, number>();
  wantsAll: boolean;
  readonly webSeed: WebSeedState | undefined;
  readonly superSeeder: SuperSeeder | undefined;
  /** Nodes seen complete, though no longer linked: they too can give what the origin does not offer. */
  readonly completeNodes = new Set<PeerId>();
  /** When a peer last gave anything, or the torrent was added. */
  lastPeerBlockAt: number;
  announceFailures = 0;
  downloadedBytes = 0;
  uploadedBytes = 0;

  constructor(
    description: {
      readonly torrent: InfoHash;
      readonly infoHashV2: InfoHashV2;
      readonly geometry: Geometry;
      readonly verified: Bitfield;
      readonly want: 'all' | 'none';
      readonly superSeed: boolean;
      readonly webSeed: boolean;
    },
    tunables: EngineTunables,
    random: Random,
    now: number,
  ) {
    this.infoHash = description.torrent;
    this.infoHashV2 = description.infoHashV2;
    this.geometry = description.geometry;
    this.held = description.verified;
    this.wantsAll = description.want === 'all';
    this.picker = new Picker(this.geometry, this.held, random, tunables.picker);
    this.picker.setWanted(this.wantsAll, []);
    this.addresses = new AddressBook(tunables.maxAddressesPerTorrent, tunables.redialAfterMs);
    this.webSeed = description.webSeed ? { fetch: undefined, failures: 0, retryAt: 0 } : undefined;
    this.superSeeder = description.superSeed
      ? new SuperSeeder(
          this.geometry.pieceCount,
          Math.max(1, Math.round(tunables.superSeedWindowBytes / this.geometry.pieceLengthBytes)),
          random,
        )
      : undefined;
    this.lastPeerBlockAt = now;
  }

  get isComplete(): boolean {
    return this.held.isFull;
  }

  /** Something is wanted and not held. */
  get wantsAnything(): boolean {
    return !this.isComplete && (this.wantsAll || this.readers.size > 0);
  }

  get leftBytes(): number {
    let left = this.geometry.contentBytes;
    for (const piece of this.held.indexes()) left -= this.geometry.contentLength(piece as PieceIndex);
    return left;
  }
}
