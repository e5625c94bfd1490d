/**
 * The edge's images: what the log publishes is joined by policy, what it purges is dropped at once, and what no
 * longer fits is evicted. Ties together the parts beside it.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { PeerError } from '../../shared/errors.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import type { SwarmNode, TorrentOptions } from '../../shared/node/swarm-node-api.ts';
import type { Random } from '../../shared/random.ts';
import { type FileRoot, type ImageId, type InfoHash, parseInfoHash } from '../../shared/units.ts';
import type { FleetBook } from '../fleet-book.ts';
import { CacheKeeper } from './cache-keeper.ts';
import type { CompleteSets } from './complete-sets.ts';
import type { HashDesk } from './hash-desk.ts';
import { HashStock } from './hash-stock.ts';
import type { ImageTable, TableChange } from './image-table.ts';
import { type JoinedImage, Joiner } from './joiner.ts';
import { MemoryCache } from './memory-cache.ts';
import type { OfferedHashes } from './offered-hashes.ts';
import { Prefetcher } from './prefetcher.ts';
import { EdgeRenditionSource } from './rendition-source.ts';
import type { TorrentFiles } from './torrent-files.ts';
import type { TorrentSource } from './torrent-source.ts';
import { WholeSets } from './whole-sets.ts';

export interface EdgeImagesParts {
  readonly table: ImageTable;
  readonly swarm: SwarmNode;
  readonly store: PieceStore;
  readonly files: TorrentFiles;
  readonly source: TorrentSource;
  readonly desk: Pick<HashDesk, 'ahead' | 'ask'>;
  readonly hashes: Pick<OfferedHashes, 'isFull'>;
  readonly notes: CompleteSets;
  readonly fleet: FleetBook;
  readonly random: Random;
  readonly log: { warn(fields: object, message: string): void };
  readonly prefetch: 'all' | 'none';
  readonly cacheBytes: number;
  readonly memoryBytes: number;
  readonly torrentOptions: TorrentOptions;
}

export class EdgeImages {
  readonly #parts: EdgeImagesParts;
  readonly #joiner: Joiner;
  readonly #prefetcher: Prefetcher;
  readonly #cache: CacheKeeper;
  readonly #memory: MemoryCache;
  readonly #whole: WholeSets;
  readonly #stock: HashStock;
  readonly #closing = new AbortController();
  /** Purged images that are still leaving the swarm and the disk. */
  readonly #purging = new Set<Promise<void>>();
  readonly #failures = new Map<string, number>();
  /** While a sweep runs: the roots it must leave alone. */
  #keep: Set<FileRoot> | undefined;
  readonly renditions: EdgeRenditionSource;

  constructor(parts: EdgeImagesParts) {
    this.#parts = parts;
    const { table, swarm, store, prefetch } = parts;
    const isHeld = (rendition: Rendition) => store.isComplete(rendition.root);
    this.#memory = new MemoryCache(parts.memoryBytes);
    this.#cache = new CacheKeeper({
      budgetBytes: parts.cacheBytes,
      prefetch,
      isHeld,
      evict: (infoHash) => this.#evict(infoHash),
    });
    this.#stock = new HashStock({
      ask: (infoHash) => parts.desk.ask(infoHash),
      isNeedless: (infoHash) => parts.hashes.isFull || parts.files.has(infoHash),
    });
    this.#whole = new WholeSets({
      notes: parts.notes,
      swarm,
      store,
      load: (image) => parts.source.metainfoOf(image, this.#closing.signal),
      pieceLengthIfWhole: (infoHash) => this.#pieceLengthIfWhole(infoHash),
      failed: (error) => parts.log.warn({ err: error }, 'which sets are whole could not be noted'),
    });
    this.#joiner = new Joiner({
      stored: (image) => this.#whole.stored(image),
      swarm,
      source: parts.source,
      files: parts.files,
      fleet: parts.fleet,
      torrentOptions: parts.torrentOptions,
      isPublished: (image) => table.byInfoHash(image.infoHash) !== undefined,
    });
    this.#prefetcher = new Prefetcher({
      join: (image) => this.#join(image),
      fits: (image) => this.#cache.fits(image),
      ahead: (images) => this.#ahead(images),
      random: parts.random,
    });
    this.renditions = new EdgeRenditionSource({
      table,
      swarm,
      isHeld,
      joiner: this.#joiner,
      cache: this.#cache,
      memory: this.#memory,
      join: (image) => this.#joinForReader(image),
    });
  }

  /** Joins what the log on disk publishes: everything, or what an earlier life had joined. */
  async start(): Promise<void> {
    const kept = new Set(await this.#parts.files.list());
    for (const image of this.#parts.table.images())
      if (this.#parts.prefetch === 'all' || kept.has(image.infoHash)) this.#prefetcher.add(image);
  }

  changed({ published, dropped }: TableChange): void {
    if (dropped !== undefined) this.#drop(dropped);
    if (published === undefined) return;
    for (const { root } of published.renditions) this.#keep?.add(root);
    if (this.#parts.prefetch === 'all') this.#prefetcher.add(published);
    else this.#stock.add(published.infoHash);
  }

  /** Resolves when nothing is left, here or on its way to others, of any image that was purged so far. */
  async purged(): Promise<void> {
    await Promise.all(this.#purging);
  }

  /** The origin is back: joins that failed while it was away are tried at once, and hashes asked for that did not come. */
  originIsBack(): void {
    this.#prefetcher.retryNow();
    if (this.#parts.prefetch === 'all') return;
    for (const { infoHash } of this.#parts.table.images()) this.#stock.add(infoHash);
  }

  /**
   * Deletes what no published image needs. Only for when the log has caught up: before that, an image whose entry
   * has yet to come again (a log cut by a crash) would lose its bytes.
   */
  async sweep(): Promise<void> {
    const { table, files, store, swarm } = this.#parts;
    const keep = new Set<FileRoot>();
    for (const image of table.images()) for (const { root } of image.renditions) keep.add(root);
    this.#keep = keep;
    const missing = new Set<FileRoot>();
    try {
      await files.sweep((name) => {
        const infoHash = parseInfoHash(name);
        return infoHash !== undefined && table.byInfoHash(infoHash) !== undefined;
      });
      await store.sweep(keep, (root) => missing.add(root));
    } finally {
      this.#keep = undefined;
    }
    // A set was noted as whole, and somebody took its files away: it is fetched again.
    for (const { infoHash, renditions } of [...table.images()])
      if (renditions.some(({ root }) => missing.has(root))) await swarm.openFiles(infoHash);
  }

  /** The .torrent of an image that is published and was joined; one that the disk spoilt is fetched anew. */
  async torrent(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    const image = this.#parts.table.byInfoHash(infoHash);
    if (image === undefined || (await this.#parts.files.read(infoHash)) === undefined) return undefined;
    const metainfo = await this.#parts.source.metainfoOf(image, this.#closing.signal).catch(() => undefined);
    return metainfo?.bytes;
  }

  /** Readers were given a rendition from a memory that is not this process's. */
  used(id: ImageId, name: string, times: number): void {
    const image = this.#parts.table.image(id);
    const rendition = image?.renditions.find((one) => one.name === name);
    if (image !== undefined && rendition !== undefined) this.#cache.use(image, rendition, times);
  }

  counts(): { known: number; complete: number } {
    return { known: this.#parts.table.size, complete: this.#parts.swarm.completeTorrents() };
  }

  /** Content of every image set this edge means to hold; undefined: what the swarm node says. */
  wantedBytes(): number | undefined {
    if (this.#parts.prefetch === 'none') return undefined;
    return Math.min(this.#parts.table.contentBytes, Math.max(this.#parts.cacheBytes, this.#cache.heldBytes));
  }

  /** Failed joins by code, evicted sets, and what is in memory: for the metrics. */
  figures(): {
    failures: ReadonlyMap<string, number>;
    evicted: CacheKeeper['evicted'];
    cachedBytes: number;
    hotBytes: number;
  } {
    return {
      failures: this.#failures,
      evicted: this.#cache.evicted,
      cachedBytes: this.#cache.heldBytes,
      hotBytes: this.#memory.bytes,
    };
  }

  async close(): Promise<void> {
    this.#prefetcher.close();
    this.#stock.close();
    this.#closing.abort();
    await this.#joiner.close();
    await this.#whole.close();
  }

  #pieceLengthIfWhole(infoHash: InfoHash): number | undefined {
    const joined = this.#joiner.joined(infoHash);
    const isWhole = joined?.image.renditions.every(({ root }) => this.#parts.store.isComplete(root));
    return isWhole ? joined?.pieceLengthBytes : undefined;
  }

  async #joinForReader(image: PublishedImage): Promise<JoinedImage> {
    this.#cache.add(image);
    this.#cache.touch(image.infoHash);
    const done = this.#cache.beginRead(image.infoHash);
    try {
      return await this.#join(image, true);
    } finally {
      done();
    }
  }

  async #join(image: PublishedImage, isAwaited = false): Promise<JoinedImage> {
    this.#cache.add(image);
    try {
      const joined = await this.#joiner.join(image, isAwaited);
      this.#cache.countHeld(image, this.#whole.isNoted(image.infoHash));
      if (this.#parts.swarm.isComplete(image.infoHash)) this.#whole.came(image.infoHash);
      return joined;
    } catch (error) {
      if (this.#joiner.joined(image.infoHash) === undefined) this.#cache.remove(image.infoHash);
      this.#countFailure(image, error);
      throw error;
    }
  }

  #countFailure(image: PublishedImage, error: unknown): void {
    if ((error as Error).name === 'AbortError') return;
    const code = error instanceof PeerError ? (error.code as string) : 'join_failed';
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
    // An origin that is away fails ten thousand joins; the loss of its feed has been told already.
    if (!code.startsWith('origin_'))
      this.#parts.log.warn({ code, image: image.id, err: error }, 'image not joined');
  }

  /** Of sets that were joined before, everything lies on disk. */
  #ahead(images: readonly PublishedImage[]): void {
    const unread = images.filter(({ infoHash }) => !this.#parts.files.has(infoHash));
    this.#parts.desk.ahead(unread.map(({ infoHash }) => infoHash));
  }

  #drop(image: PublishedImage): void {
    for (const { root } of image.renditions) this.#memory.drop(root);
    this.#cache.forget(image.infoHash);
    this.#prefetcher.drop(image.infoHash);
    this.#whole.gone(image.infoHash);
    const leaving = this.#joiner.leave(image.infoHash, true).finally(() => this.#purging.delete(leaving));
    this.#purging.add(leaving);
  }

  #evict(infoHash: InfoHash): void {
    const image = this.#joiner.joined(infoHash)?.image;
    for (const { root } of image?.renditions ?? []) this.#memory.drop(root);
    this.#whole.gone(infoHash);
    void this.#joiner.leave(infoHash);
  }
}
