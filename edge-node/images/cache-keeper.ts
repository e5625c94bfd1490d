/** Keeps what is joined within the byte budget, by the policy of cache-policy.ts. */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import type { InfoHash } from '../../shared/units.ts';
import { type CachedSet, chooseEvictions, mayPrefetch, type Worth } from './cache-policy.ts';
import { contentBytes } from './image-table.ts';
import { Popularity } from './popularity.ts';

interface KeptSet {
  readonly image: PublishedImage;
  bytes: number;
  lastUse: number;
  /** Other edges that had what was fetched last. */
  replicas: number;
  readers: number;
  /** Renditions counted in `bytes`; undefined when the whole set is. */
  readonly counted: Set<string> | undefined;
}

export type EvictionReason = 'budget' | 'purge';

export interface Evicted {
  sets: number;
  bytes: number;
}

export interface CacheKeeperParts {
  readonly budgetBytes: number;
  /** `all`: a set costs all its renditions. `none`: only those that were asked for or lie on disk. */
  readonly prefetch: 'all' | 'none';
  isHeld(rendition: Rendition): boolean;
  evict(infoHash: InfoHash): void;
  /** Default: worthPerByte. */
  readonly worth?: Worth;
}

/** Evicting a little more than needed makes room for some misses before the next look at all sets. */
const EVICT_TO = 0.95;
/** A request counts half after so many times the sets held: measured on drifting Zipf traffic (npm run bench -- cache). */
const HALF_LIFE_TURNS = 4;
const MIN_HALF_LIFE = 1_000;

export class CacheKeeper {
  readonly #parts: CacheKeeperParts;
  readonly #sets = new Map<InfoHash, KeptSet>();
  readonly #popularity = new Popularity<InfoHash>(() =>
    Math.max(MIN_HALF_LIFE, HALF_LIFE_TURNS * this.#sets.size),
  );
  #heldBytes = 0;
  #clock = 0;
  readonly #evicted = { budget: { sets: 0, bytes: 0 }, purge: { sets: 0, bytes: 0 } };

  constructor(parts: CacheKeeperParts) {
    this.#parts = parts;
  }

  /** What the joined sets take, or will take when their fetches are done. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** What left since start, by the reason for it. */
  get evicted(): Readonly<Record<EvictionReason, Evicted>> {
    return this.#evicted;
  }

  /** Whether it may be joined ahead of any request. With `none` a join by itself takes no bytes. */
  fits(image: PublishedImage): boolean {
    return (
      this.#parts.prefetch === 'none' ||
      this.#sets.has(image.infoHash) ||
      mayPrefetch(this.#heldBytes, contentBytes(image), this.#parts.budgetBytes)
    );
  }

  /** Counts a set, from when its join begins. */
  add(image: PublishedImage): void {
    if (this.#sets.has(image.infoHash)) return;
    const counted = this.#parts.prefetch === 'all' ? undefined : new Set<string>();
    const set = { image, bytes: 0, lastUse: 0, replicas: 0, readers: 0, counted };
    this.#sets.set(image.infoHash, set);
    if (counted === undefined) this.#grow(set, contentBytes(image));
  }

  /** A reader wants it, and it is not yet known which rendition: it is the last to be evicted from now on. */
  touch(infoHash: InfoHash): void {
    const set = this.#sets.get(infoHash);
    if (set !== undefined) set.lastUse = ++this.#clock;
  }

  /**
   * Joined with `none`: what is on disk from before counts too.
   * @param isWhole all of it is
   */
  countHeld(image: PublishedImage, isWhole: boolean): void {
    const set = this.#sets.get(image.infoHash);
    if (set === undefined) return;
    for (const rendition of image.renditions)
      if (isWhole || this.#parts.isHeld(rendition)) this.#count(set, rendition);
    this.#enforce();
  }

  remove(infoHash: InfoHash): void {
    const set = this.#sets.get(infoHash);
    if (set === undefined) return;
    this.#sets.delete(infoHash);
    this.#heldBytes -= set.bytes;
  }

  /** A reader asked for this rendition. Makes room when it is one more than the budget allows. */
  use(image: PublishedImage, rendition: Rendition, times = 1): void {
    const set = this.#sets.get(image.infoHash);
    if (set === undefined) return;
    set.lastUse = ++this.#clock;
    this.#popularity.asked(image.infoHash, times);
    this.#count(set, rendition);
    if (this.#heldBytes <= this.#parts.budgetBytes) return;
    set.readers++;
    this.#enforce();
    set.readers--;
  }

  /** So many other edges had what was just fetched of it. */
  replicated(infoHash: InfoHash, replicas: number): void {
    const set = this.#sets.get(infoHash);
    if (set !== undefined) set.replicas = replicas;
  }

  /** No longer published. */
  forget(infoHash: InfoHash): void {
    this.#countEvicted(infoHash, 'purge');
    this.remove(infoHash);
    this.#popularity.forget(infoHash);
  }

  /** While a reader streams, or waits for the join, its set is not evicted. @returns to be called once, when it is done */
  beginRead(infoHash: InfoHash): () => void {
    const set = this.#sets.get(infoHash);
    if (set === undefined) return () => {};
    set.readers++;
    return () => {
      set.readers--;
      this.#enforce();
    };
  }

  #countEvicted(infoHash: InfoHash, reason: EvictionReason): void {
    const set = this.#sets.get(infoHash);
    if (set === undefined) return;
    this.#evicted[reason].sets++;
    this.#evicted[reason].bytes += set.bytes;
  }

  #count(set: KeptSet, rendition: Rendition): void {
    if (set.counted === undefined || set.counted.has(rendition.name)) return;
    set.counted.add(rendition.name);
    this.#grow(set, rendition.bytes);
  }

  #grow(set: KeptSet, bytes: number): void {
    set.bytes += bytes;
    this.#heldBytes += bytes;
  }

  #enforce(): void {
    const { budgetBytes, evict, worth } = this.#parts;
    if (this.#heldBytes <= budgetBytes) return;
    for (const infoHash of chooseEvictions(this.#cached(), budgetBytes * EVICT_TO, worth)) {
      this.#countEvicted(infoHash, 'budget');
      this.remove(infoHash);
      evict(infoHash);
    }
  }

  *#cached(): Generator<CachedSet<InfoHash>> {
    for (const [id, { bytes, lastUse, replicas, readers }] of this.#sets)
      yield { id, bytes, popularity: this.#popularity.of(id), lastUse, replicas, inUse: readers > 0 };
  }
}
