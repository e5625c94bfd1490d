/** One torrent as the host sees it: which files of the store its pieces lie in, and which of them are held. */
import { Bitfield } from '../bitfield.ts';
import { infoLengthBytes } from '../metainfo/make.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { FileRoot, PieceIndex } from '../units.ts';
import type { PieceStore, StoredFile } from './store/piece-store.ts';
import type { StoredTorrent, TorrentOptions, TorrentOutline } from './swarm-node-api.ts';
import { heldPieces, type LoadHashes, openInStore } from './swarm-node-held.ts';

/** Sums over all torrents of a node, kept up to date so that nobody has to walk ten thousand of them. */
export class TorrentTotals {
  wantedBytes = 0;
  heldBytes = 0;
  complete = 0;
}

export class HostedTorrent {
  readonly outline: TorrentOutline;
  readonly options: TorrentOptions;
  readonly held: Bitfield;
  /** The piece hashes, if they are in memory. A torrent that lies whole on disk does without. */
  metainfo: Metainfo | undefined;
  #totals: TorrentTotals;
  readonly #load: (() => Promise<Metainfo>) | undefined;
  #want: 'all' | 'none';
  #heldBytes = 0;
  #loading: Promise<Metainfo> | undefined;
  /** Opening its files in the store; undefined: not begun. */
  #opening: Promise<void> | undefined;
  #isOpen = false;

  private constructor(
    outline: TorrentOutline,
    options: TorrentOptions,
    held: Bitfield,
    totals: TorrentTotals,
    source: { readonly metainfo?: Metainfo; readonly load?: () => Promise<Metainfo> },
  ) {
    this.outline = outline;
    this.options = options;
    this.held = held;
    this.metainfo = source.metainfo;
    this.#load = source.load;
    this.#want = options.want;
    this.#totals = totals;
    this.#heldBytes = held.isFull ? outline.geometry.contentBytes : 0;
    this.#count(1);
  }

  /** Finds what the store has of it. @throws StoreError `store_mismatch` */
  static async open(
    store: PieceStore,
    metainfo: Metainfo,
    options: TorrentOptions,
    totals: TorrentTotals,
  ): Promise<HostedTorrent> {
    const held = await heldPieces(store, metainfo, async () => metainfo);
    const torrent = new HostedTorrent(metainfo, options, Bitfield.empty(held.size), totals, { metainfo });
    for (const piece of held.indexes()) torrent.hold(piece as PieceIndex);
    torrent.#isOpen = true;
    return torrent;
  }

  /** Takes the caller's word that the store has all of it; the store is asked when somebody wants its bytes. */
  static stored(stored: StoredTorrent, options: TorrentOptions, totals: TorrentTotals): HostedTorrent {
    const held = Bitfield.full(stored.geometry.pieceCount);
    return new HostedTorrent(stored, options, held, totals, { load: () => stored.load() });
  }

  get want(): 'all' | 'none' {
    return this.#want;
  }

  set want(want: 'all' | 'none') {
    this.#count(-1);
    this.#want = want;
    this.#count(1);
  }

  /** Its files in the store, in the torrent's order. */
  get files(): readonly StoredFile[] {
    return this.outline.files;
  }

  fileOf(piece: PieceIndex): StoredFile {
    return this.outline.files[this.outline.geometry.fileIndexOf(piece)] as StoredFile;
  }

  hold(piece: PieceIndex): void {
    if (this.held.has(piece)) return;
    this.#count(-1);
    this.held.set(piece);
    this.#heldBytes += this.outline.geometry.contentLength(piece);
    this.#count(1);
  }

  lose(piece: PieceIndex): void {
    if (!this.held.has(piece)) return;
    this.#count(-1);
    this.held.clear(piece);
    this.#heldBytes -= this.outline.geometry.contentLength(piece);
    this.#count(1);
  }

  /** The node has let go of it. */
  leave(): void {
    this.#count(-1);
    this.#totals = new TorrentTotals();
  }

  /** Whether the store was asked what it has of this torrent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Of its info dictionary. */
  get infoLengthBytes(): number {
    const { name, files, geometry } = this.outline;
    return this.metainfo?.infoBytes.length ?? infoLengthBytes(name, files, geometry);
  }

  /** @throws what `load` of the stored torrent throws: the hashes cannot be had now */
  pieceHashes(): Metainfo | Promise<Metainfo> {
    if (this.metainfo) return this.metainfo;
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /**
   * Asks the store, once, what it really has.
   * @param lost told of pieces that are not there after all
   */
  openFiles(store: PieceStore, lost: (pieces: readonly PieceIndex[]) => void): Promise<void> {
    this.#opening ??= this.#openFiles(store, lost).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** Asks the store what it has of one file; what of it counts as held does not change. */
  async openFile(store: PieceStore, root: FileRoot): Promise<void> {
    const fileIndex = this.files.findIndex((file) => file.root === root);
    if (fileIndex >= 0) await openInStore(store, this.outline, fileIndex, this.#hashesIfThere);
  }

  async #openFiles(store: PieceStore, lost: (pieces: readonly PieceIndex[]) => void): Promise<void> {
    const found = await heldPieces(store, this.outline, this.#hashesIfThere);
    this.#isOpen = true;
    const missing: PieceIndex[] = [];
    for (const piece of this.held.indexes()) if (!found.has(piece)) missing.push(piece as PieceIndex);
    for (const piece of missing) this.lose(piece);
    if (missing.length > 0) lost(missing);
    else if (this.#load) this.metainfo = undefined;
  }

  /** Read for files that a crash left unmarked only. Without hashes their leaves count as missing. */
  readonly #hashesIfThere: LoadHashes = async () => {
    try {
      return await this.pieceHashes();
    } catch {
      return undefined;
    }
  };

  async #loadOnce(): Promise<Metainfo> {
    const metainfo = await (this.#load as () => Promise<Metainfo>)();
    this.metainfo = metainfo;
    return metainfo;
  }

  #count(sign: 1 | -1): void {
    this.#totals.wantedBytes +=
      sign * (this.#want === 'all' ? this.outline.geometry.contentBytes : this.#heldBytes);
    this.#totals.heldBytes += sign * this.#heldBytes;
    if (this.held.isFull) this.#totals.complete += sign;
  }
}
