/**
 * All that the engine knows of one torrent. Only plain state: what happens to it stands in the files around. A
 * catalog has ten thousand of them and nearly all are quiet: what only a busy one needs is made when it is needed,
 * and dropped when the torrent rests.
 */
import type { Bitfield } from '../bitfield.ts';
import type { Geometry } from '../geometry.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import { Picker } from '../picker/picker.ts';
import type { FileRoot, InfoHash, InfoHashV2, PieceIndex } from '../units.ts';
import { AddressBook } from './address-book.ts';
import type { Channel } from './channel.ts';
import { pieceFree } from './free-pieces.ts';
import type { LeafAsk } from './hash-exchange.ts';
import type { Address } from './inputs.ts';
import type { EngineState } from './state.ts';
import { SuperSeeder } from './super-seeder.ts';

/** A complete piece whose hash is not known yet, or failed: its bytes or leaves, and who sent each block. */
export interface SentPiece {
  readonly senders: readonly Contributor[];
}

export interface Contributor {
  /** Undefined: the web seed. */
  readonly nodeKey: string | undefined;
  /** Its last block came unasked (GV2). */
  readonly isGift: boolean;
}

export interface CheckingPiece extends SentPiece {
  readonly bytes: Uint8Array;
}

export interface FailedPiece extends SentPiece {
  readonly leaves: Uint8Array;
}

export interface WebSeedFetch {
  readonly number: number;
  /** That did not come yet. */
  readonly pieces: Set<PieceIndex>;
  readonly forReader: boolean;
  readonly startedAt: number;
  /** Pieces that another node may turn out to have had, and what they took of the budget for races. */
  readonly contested: Map<PieceIndex, number>;
  /** Nodes may be asked for its pieces, too: it takes long. */
  isShared: boolean;
}

export interface WebSeedState {
  /** Undefined while no fetch is under way. */
  fetch: WebSeedFetch | undefined;
  /** What was contested of fetches that are over: whether others had it is known once they have answered. */
  unsettled: { readonly pieces: Map<PieceIndex, number>; readonly until: number } | undefined;
  /** Pieces that were asked of the web seed while nodes had been asked, too; made with the first. */
  raced: Set<PieceIndex> | undefined;
  failures: number;
  retryAt: number;
}

export interface TorrentDescription {
  readonly torrent: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;
  readonly roots?: readonly FileRoot[];
  readonly verified: Bitfield;
  readonly want: 'all' | 'none';
  readonly superSeed: boolean;
  readonly webSeed: boolean;
}

/** What a torrent has while it is spoken about with others, fetched or waited for. */
class Activity {
  readonly picker: Picker;
  readonly addresses: AddressBook;
  readonly channels = new Map<SourceId, Channel>();
  readonly contributors = new Map<SourceId, Contributor>();
  readonly buffers = new Map<PieceIndex, Uint8Array>();
  readonly checking = new Map<PieceIndex, CheckingPiece>();
  readonly failures = new Map<PieceIndex, FailedPiece[]>();
  readonly leafAsks = new Map<PieceIndex, LeafAsk>();
  readonly readers = new Map<number, readonly PieceIndex[]>();
  readonly readerSince = new Map<PieceIndex, number>();

  constructor(torrent: Torrent, state: EngineState) {
    const { picker, maxAddressesPerTorrent, redialAfterMs } = state.options;
    this.picker = new Picker(torrent.geometry, torrent.held, picker, {
      pieceFree: (piece, begun) => pieceFree(state, torrent, piece, begun),
    });
    this.addresses = new AddressBook(maxAddressesPerTorrent, redialAfterMs);
  }

  get isQuiet(): boolean {
    const { channels, buffers, checking, failures, readers } = this;
    const busy = channels.size + buffers.size + checking.size + failures.size + readers.size;
    return busy === 0 && this.picker.isIdle;
  }
}

const NO_FETCH: WebSeedState = {
  fetch: undefined,
  unsettled: undefined,
  raced: undefined,
  failures: 0,
  retryAt: 0,
};
const NO_CHANNELS: ReadonlyMap<SourceId, Channel> = new Map();
const NO_READERS: ReadonlyMap<number, readonly PieceIndex[]> = new Map();

export class Torrent {
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;
  /** Of the files; empty when the host does not tell them. */
  readonly roots: readonly FileRoot[];
  readonly held: Bitfield;
  wantsAll: boolean;
  readonly webSeed: WebSeedState | undefined;
  /** When a peer last gave anything, or the torrent was added. */
  lastPeerBlockAt: number;
  announceFailures = 0;
  /** Linked to only when the web seed fails. */
  reserve: readonly Address[] = [];
  downloadedBytes = 0;
  uploadedBytes = 0;
  readonly #state: EngineState;
  readonly #superSeeds: boolean;
  #superSeeder: SuperSeeder | undefined;
  #activity: Activity | undefined;
  /** As the host last told them; its own array, since it may tell the same to all torrents. */
  #told: readonly Address[] | undefined;

  constructor(description: TorrentDescription, state: EngineState) {
    this.infoHash = description.torrent;
    this.infoHashV2 = description.infoHashV2;
    this.geometry = description.geometry;
    this.roots = description.roots ?? [];
    this.held = description.verified;
    this.wantsAll = description.want === 'all';
    this.webSeed = description.webSeed ? { ...NO_FETCH } : undefined;
    this.lastPeerBlockAt = state.now;
    this.#superSeeds = description.superSeed;
    this.#state = state;
  }

  get picker(): Picker {
    return this.#active.picker;
  }

  get addresses(): AddressBook {
    return this.#active.addresses;
  }

  get channels(): ReadonlyMap<SourceId, Channel> {
    return this.#activity?.channels ?? NO_CHANNELS;
  }

  addChannel(channel: Channel): void {
    this.#active.channels.set(channel.source, channel);
  }

  removeChannel(channel: Channel): void {
    this.#activity?.channels.delete(channel.source);
  }

  /** Who sent blocks, by source; a sender must be known after its link is gone. Empty once the torrent is complete. */
  get contributors(): Map<SourceId, Contributor> {
    return this.#active.contributors;
  }

  /** Content of pieces under way. */
  get buffers(): Map<PieceIndex, Uint8Array> {
    return this.#active.buffers;
  }

  get checking(): Map<PieceIndex, CheckingPiece> {
    return this.#active.checking;
  }

  /** Failed attempts, kept until the piece passes and shows who lied. */
  get failures(): Map<PieceIndex, FailedPiece[]> {
    return this.#active.failures;
  }

  /** What is done to learn the true leaves of pieces that failed. */
  get leafAsks(): Map<PieceIndex, LeafAsk> {
    return this.#active.leafAsks;
  }

  get readers(): ReadonlyMap<number, readonly PieceIndex[]> {
    return this.#activity?.readers ?? NO_READERS;
  }

  setReader(reader: number, pieces: readonly PieceIndex[]): void {
    this.#active.readers.set(reader, pieces);
  }

  /** @returns whether it waited */
  removeReader(reader: number): boolean {
    return this.#activity?.readers.delete(reader) ?? false;
  }

  /** When each piece was first waited for by a reader. */
  get readerSince(): Map<PieceIndex, number> {
    return this.#active.readerSince;
  }

  get superSeeder(): SuperSeeder | undefined {
    if (this.#superSeeds) this.#superSeeder ??= this.#makeSuperSeeder();
    return this.#superSeeder;
  }

  /** The host tells where nodes of the torrent listen. */
  tell(addresses: readonly Address[]): void {
    this.#told = addresses;
    this.#activity?.addresses.add(addresses, 'host');
  }

  /** Some address is known to which a dial may be tried, now or later. */
  get knowsAddresses(): boolean {
    return (this.#told?.length ?? 0) > 0 || (this.#activity?.addresses.size ?? 0) > 0;
  }

  /** Drops what only a busy torrent needs, if this is none. */
  rest(): void {
    if (this.wantsAnything || !this.#activity?.isQuiet) return;
    this.#activity = undefined;
    if (this.webSeed) this.webSeed.raced = undefined;
  }

  get isComplete(): boolean {
    return this.held.isFull;
  }

  /** Something is wanted and not held. */
  get wantsAnything(): boolean {
    return !this.isComplete && (this.wantsAll || this.readers.size > 0);
  }

  get leftBytes(): number {
    if (this.isComplete) return 0;
    let left = this.geometry.contentBytes;
    if (this.held.count === 0) return left;
    for (const piece of this.held.indexes()) left -= this.geometry.contentLength(piece as PieceIndex);
    return left;
  }

  get #active(): Activity {
    if (this.#activity) return this.#activity;
    const activity = new Activity(this, this.#state);
    this.#activity = activity;
    activity.picker.setWanted(this.wantsAll, new Set(), () => {});
    if (this.#told) activity.addresses.add(this.#told, 'host');
    return activity;
  }

  #makeSuperSeeder(): SuperSeeder {
    const { geometry } = this;
    const pieceBytes = (piece: number) => geometry.contentLength(piece as PieceIndex);
    return new SuperSeeder(geometry.pieceCount, pieceBytes, this.#state.options.random);
  }
}
