/**
 * The edge's images: what the log publishes is joined by policy, what it purges is dropped at once, and what no
 * longer fits is evicted. Ties together the parts beside it.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import type { SwarmNode, TorrentOptions } from '../../shared/node/swarm-node-api.ts';
import type { Random } from '../../shared/random.ts';
import type { ImageId, InfoHash } from '../../shared/units.ts';
import type { Prefetch } from '../config.ts';
import type { FleetBook } from '../fleet-book.ts';
import { CacheKeeper } from './cache-keeper.ts';
import type { CompleteSets } from './complete-sets.ts';
import type { HashDesk } from './hash-desk.ts';
import { HashStock } from './hash-stock.ts';
import { HotSets } from './hot-sets.ts';
import type { ImageTable, TableChange } from './image-table.ts';
import { JoinFailures } from './join-failures.ts';
import { type JoinedImage, Joiner } from './joiner.ts';
import { MemoryCache } from './memory-cache.ts';
import type { OfferedHashes } from './offered-hashes.ts';
import type { PassThrough } from './pass-through.ts';
import { Prefetcher } from './prefetcher.ts';
import { PublishedFiles } from './published-files.ts';
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
  readonly prefetch: Prefetch;
  readonly cacheBytes: number;
  readonly memoryBytes: number;
  readonly torrentOptions: TorrentOptions;
  readonly passThrough: PassThrough;
}

export class EdgeImages {
  readonly #parts: EdgeImagesParts;
  readonly #joiner: Joiner;
  readonly #prefetcher: Prefetcher;
  readonly #cache: CacheKeeper;
  readonly #memory: MemoryCache;
  readonly #whole: WholeSets;
  readonly #stock: HashStock;
  /** With `--prefetch hot` only. */
  readonly #hot: HotSets | undefined;
  readonly #closing = new AbortController();
  /** Purged images that are still leaving the swarm and the disk. */
  readonly #purging = new Set<Promise<void>>();
  readonly #failures: JoinFailures;
  readonly renditions: EdgeRenditionSource;
  readonly published: PublishedFiles;

  constructor(parts: EdgeImagesParts) {
    this.#parts = parts;
    const { table, swarm, store, prefetch } = parts;
    this.#failures = new JoinFailures(parts.log);
    this.published = new PublishedFiles({ ...parts, signal: this.#closing.signal });
    const isHeld = (rendition: Rendition) => store.isComplete(rendition.root);
    this.#memory = new MemoryCache(parts.memoryBytes);
    this.#cache = new CacheKeeper({
      budgetBytes: parts.cacheBytes,
      prefetch: prefetch === 'all' ? 'all' : 'none',
      ...(prefetch === 'hot' ? { asked: (infoHash: InfoHash) => this.#hot?.asked(infoHash) } : {}),
      isHeld,
      isHere: (infoHash) => this.#joiner.isHere(infoHash),
      evict: (infoHash) => this.#evict(infoHash),
    });
    this.#hot =
      prefetch !== 'hot'
        ? undefined
        : new HotSets({
            popularityOf: (infoHash) => this.#cache.popularityOf(infoHash),
            joined: (infoHash) => this.#joiner.joined(infoHash)?.image,
            taken: (infoHash) => this.#cache.taken(infoHash),
            budgetBytes: parts.cacheBytes,
            fetchWhole: (image) => this.#fetchWhole(image),
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
      join: (image) => this.#join(image, true),
      passThrough: parts.passThrough,
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
    this.published.keep(published);
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

  /** Readers were given a rendition from a memory that is not this process's. */
  used(id: ImageId, times: number): void {
    const image = this.#parts.table.image(id);
    if (image !== undefined) this.#cache.asked(image.infoHash, times);
  }

  counts(): { known: number; complete: number } {
    return { known: this.#parts.table.size, complete: this.#parts.swarm.completeTorrents() };
  }

  /** Content of every image set this edge means to hold; undefined: what the swarm node says. */
  wantedBytes(): number | undefined {
    if (this.#parts.prefetch !== 'all') return undefined;
    return Math.min(this.#parts.table.contentBytes, Math.max(this.#parts.cacheBytes, this.#cache.heldBytes));
  }

  /** Failed joins by code, evicted sets, and what is in memory: for the metrics. */
  figures() {
    return {
      failures: this.#failures.counts,
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

  async #join(image: PublishedImage, isAwaited = false): Promise<JoinedImage> {
    this.#cache.add(image);
    try {
      const joined = await this.#joiner.join(image, isAwaited);
      // Its readers may have lost their patience meanwhile, and their claims with it.
      this.#cache.add(image);
      this.#cache.countHeld(image, this.#whole.isNoted(image.infoHash));
      if (this.#parts.swarm.isComplete(image.infoHash)) this.#whole.came(image.infoHash);
      return joined;
    } catch (error) {
      this.#cache.notJoined(image.infoHash);
      this.#failures.count(image, error);
      throw error;
    }
  }

  #fetchWhole(image: PublishedImage): void {
    this.#cache.countHeld(image, true);
    this.#joiner.fetchWhole(image.infoHash);
  }

  /** Of sets that were joined before, everything lies on disk. */
  #ahead(images: readonly PublishedImage[]): void {
    const unread = images.filter(({ infoHash }) => !this.#parts.files.has(infoHash));
    this.#parts.desk.ahead(unread.map(({ infoHash }) => infoHash));
  }

  #drop(image: PublishedImage): void {
    for (const { root } of image.renditions) this.#memory.drop(root);
    this.#whole.gone(image.infoHash);
    this.#hot?.gone(image.infoHash);
    const leaving = this.#joiner.leave(image.infoHash, true).finally(() => this.#purging.delete(leaving));
    this.#purging.add(leaving);
    this.#prefetcher.drop(image.infoHash);
    void this.#cache.forget(image.infoHash, leaving).then(() => this.#prefetcher.roomCame());
  }

  #evict(infoHash: InfoHash): Promise<void> {
    const image = this.#joiner.joined(infoHash)?.image;
    for (const { root } of image?.renditions ?? []) this.#memory.drop(root);
    this.#whole.gone(infoHash);
    this.#hot?.gone(infoHash);
    return this.#joiner.leave(infoHash);
  }
}
