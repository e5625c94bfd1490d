/**
 * All that the engine knows of one torrent. Only plain state: what happens to it stands in the files around. A
 * catalog has ten thousand of them and nearly all are quiet: what only a busy one needs is made when it is needed,
 * and dropped when the torrent rests.
 */
import type { Bitfield } from '../bitfield.ts';
import type { Geometry } from '../geometry.ts';
import type { SourceId } from '../picker/partial-piece.ts';
import type { Picker } from '../picker/picker.ts';
import type { FileRoot, InfoHash, InfoHashV2, PieceIndex } from '../units.ts';
import type { AddressBook } from './address-book.ts';
import type { Channel } from './channel.ts';
import type { LeafAsk } from './hash-exchange.ts';
import type { Address } from './inputs.ts';
import type { EngineState } from './state.ts';
import { SuperSeeder } from './super-seeder.ts';
import {
  Activity,
  type CheckingPiece,
  type Contributor,
  type FailedPiece,
  type Giver,
} from './torrent-activity.ts';
import { NO_FETCH, type WebSeedState } from './web-seed-state.ts';

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

const NO_CHANNELS: ReadonlyMap<SourceId, Channel> = new Map();
const NO_READERS: ReadonlyMap<number, readonly PieceIndex[]> = new Map();

export class Torrent {
  /** Counts the torrents of this engine as they were added. */
  readonly order: number;
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
  /** Since then something is wanted, and there is no room for another link. */
  fullSince: number | undefined;
  announceFailures = 0;
  downloadedBytes = 0;
  uploadedBytes = 0;
  readonly #state: EngineState;
  readonly #superSeeds: boolean;
  #superSeeder: SuperSeeder | undefined;
  #activity: Activity | undefined;
  /** As the host last told them; its own array, since it may tell the same to all torrents. */
  #told: readonly Address[] = [];
  /** Linked to only when the web seed fails, or there is none. */
  #reserve: readonly Address[] = [];

  constructor(description: TorrentDescription, state: EngineState) {
    this.order = state.nextTorrent++;
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

  /** Pieces that came just now, unasked or of the origin: fresh-pieces.ts. */
  get fresh(): Map<PieceIndex, Giver> {
    return this.#active.fresh;
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
  tell(addresses: readonly Address[], reserve: readonly Address[]): void {
    this.#told = addresses;
    this.#reserve = reserve;
    this.tellBook();
  }

  tellBook(book = this.#activity?.addresses): void {
    book?.add(this.#told, 'host');
    if (this.webSeed?.failures !== 0) book?.add(this.#reserve, 'reserve');
  }

  /** Some address is known to which a dial may be tried, now or later. */
  get knowsAddresses(): boolean {
    return this.#told.length > 0 || (this.#activity?.addresses.size ?? 0) > 0;
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
    this.tellBook(activity.addresses);
    return activity;
  }

  #makeSuperSeeder(): SuperSeeder {
    const { geometry } = this;
    const pieceBytes = (piece: number) => geometry.contentLength(piece as PieceIndex);
    return new SuperSeeder(geometry.pieceCount, pieceBytes, this.#state.options.random);
  }
}
