/** The sets an edge holds or is about to fetch, and what they take: on disk now, or once their fetches are done. */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { CachedSet } from './cache-policy.ts';
import { contentBytes } from './image-table.ts';

export interface KeptSet {
  readonly image: PublishedImage;
  bytes: number;
  lastUse: number;
  /** Other edges that had what was fetched last. */
  replicas: number;
  readers: number;
  /** Renditions counted in `bytes`; undefined when the whole set is. */
  readonly counted: Set<string> | undefined;
}

export class KeptSets {
  readonly #prefetch: 'all' | 'none';
  readonly #sets = new Map<InfoHash, KeptSet>();
  #heldBytes = 0;
  #leavingBytes = 0;
  #clock = 0;

  /** @param prefetch `all`: a set costs all its renditions. `none`: only those that were counted */
  constructor(prefetch: 'all' | 'none') {
    this.#prefetch = prefetch;
  }

  get size(): number {
    return this.#sets.size;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Of sets that are kept no more, and not off the disk yet. */
  get leavingBytes(): number {
    return this.#leavingBytes;
  }

  get(infoHash: InfoHash): KeptSet | undefined {
    return this.#sets.get(infoHash);
  }

  /** The set, from now on kept. */
  keep(image: PublishedImage): KeptSet {
    const before = this.#sets.get(image.infoHash);
    if (before !== undefined) return before;
    const counted = this.#prefetch === 'all' ? undefined : new Set<string>();
    const set = { image, bytes: 0, lastUse: ++this.#clock, replicas: 0, readers: 0, counted };
    this.#sets.set(image.infoHash, set);
    if (counted === undefined) this.#grow(set, contentBytes(image));
    return set;
  }

  touch(set: KeptSet): void {
    set.lastUse = ++this.#clock;
  }

  /** What it takes to have the rendition, beyond what is counted. */
  neededFor(image: PublishedImage, rendition: Rendition): number {
    const set = this.#sets.get(image.infoHash);
    if (this.#prefetch === 'all') return set === undefined ? contentBytes(image) : 0;
    return set?.counted?.has(rendition.name) ? 0 : rendition.bytes;
  }

  count(set: KeptSet, rendition: Rendition): void {
    if (set.counted === undefined || set.counted.has(rendition.name)) return;
    set.counted.add(rendition.name);
    this.#grow(set, rendition.bytes);
  }

  drop(set: KeptSet): void {
    this.#sets.delete(set.image.infoHash);
    this.#heldBytes -= set.bytes;
  }

  /** It is kept no more, and takes room until its bytes are off the disk. @returns when that is */
  async leave(set: KeptSet, gone: Promise<void>): Promise<void> {
    this.drop(set);
    this.#leavingBytes += set.bytes;
    await gone;
    this.#leavingBytes -= set.bytes;
  }

  /** As the policy sees them. */
  *cached(popularityOf: (infoHash: InfoHash) => number): Generator<CachedSet<InfoHash>> {
    for (const [id, { bytes, lastUse, replicas, readers }] of this.#sets)
      yield { id, bytes, popularity: popularityOf(id), lastUse, replicas, inUse: readers > 0 };
  }

  #grow(set: KeptSet, bytes: number): void {
    set.bytes += bytes;
    this.#heldBytes += bytes;
  }
}
