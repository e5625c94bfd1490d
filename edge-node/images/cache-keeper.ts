/**
 * Keeps what is joined within the byte budget, by the policy of cache-policy.ts. The budget is a promise: room is made
 * before a byte is fetched, and what is being deleted takes room until it is gone. Only a rendition (with prefetch, a
 * set) that is larger than the whole budget comes in above it, and alone.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import type { InfoHash } from '../../shared/units.ts';
import { chooseEvictions, mayPrefetch, type Worth } from './cache-policy.ts';
import { contentBytes } from './image-table.ts';
import { type KeptSet, KeptSets } from './kept-sets.ts';
import { Popularity } from './popularity.ts';
import { RoomQueue } from './room-queue.ts';

export type EvictionReason = 'budget' | 'purge';

export interface Evicted {
  sets: number;
  bytes: number;
}

export interface CacheKeeperParts {
  readonly budgetBytes: number;
  /** `all`: a set costs all its renditions. `none`: only those that were asked for or lie on disk. */
  readonly prefetch: 'all' | 'none';
  /** After each request was counted. */
  asked?(infoHash: InfoHash): void;
  isHeld(rendition: Rendition): boolean;
  /** Joined, or being joined. */
  isHere(infoHash: InfoHash): boolean;
  /** Resolves when its bytes are off the disk; undefined: they are. Never rejects. */
  evict(infoHash: InfoHash): Promise<void> | undefined;
  /** Default: worthPerByte. */
  readonly worth?: Worth;
}

/** Ends a claim; once. */
export type EndClaim = () => void;

/** Evicting a little more than needed makes room for some misses before the next look at all sets. */
const EVICT_TO = 0.95;
/** A request counts half after so many times the sets held: measured on drifting Zipf traffic (npm run bench -- cache). */
const HALF_LIFE_TURNS = 4;
const MIN_HALF_LIFE = 1_000;

export class CacheKeeper {
  readonly #parts: CacheKeeperParts;
  readonly #sets: KeptSets;
  readonly #popularity = new Popularity<InfoHash>(() =>
    Math.max(MIN_HALF_LIFE, HALF_LIFE_TURNS * this.#sets.size),
  );
  readonly #queue = new RoomQueue<EndClaim>();
  #claims = 0;
  readonly #evicted = { budget: { sets: 0, bytes: 0 }, purge: { sets: 0, bytes: 0 } };

  constructor(parts: CacheKeeperParts) {
    this.#parts = parts;
    this.#sets = new KeptSets(parts.prefetch);
  }

  /** What the joined sets take, or will take when their fetches are done. */
  get heldBytes(): number {
    return this.#sets.heldBytes;
  }

  /** What left since start, by the reason for it. */
  get evicted(): Readonly<Record<EvictionReason, Evicted>> {
    return this.#evicted;
  }

  /** Requests for the set lately. */
  popularityOf(infoHash: InfoHash): number {
    return this.#popularity.of(infoHash);
  }

  /** Whether it may be joined ahead of any request. With `none` a join by itself takes no bytes. */
  fits(image: PublishedImage): boolean {
    const { prefetch, budgetBytes } = this.#parts;
    if (prefetch === 'none' || this.#sets.get(image.infoHash) !== undefined) return true;
    return this.#queue.isEmpty && mayPrefetch(this.#takenBytes, contentBytes(image), budgetBytes);
  }

  /** Counts a set, from when its join begins. */
  add(image: PublishedImage): void {
    this.#sets.keep(image);
  }

  /** A reader asked for one of its renditions, wherever the bytes are. */
  asked(infoHash: InfoHash, times = 1): void {
    this.#popularity.asked(infoHash, times);
    const set = this.#sets.get(infoHash);
    if (set !== undefined) this.#sets.touch(set);
    this.#parts.asked?.(infoHash);
  }

  /** What all sets take, those that are leaving too, and what this one does. */
  taken(infoHash: InfoHash): { allBytes: number; ownBytes: number } {
    return { allBytes: this.#takenBytes, ownBytes: this.#sets.get(infoHash)?.bytes ?? 0 };
  }

  /**
   * A reader is about to read this rendition: room is made for it, and its set is not evicted until the claim ends.
   * Before it is granted nothing of the rendition may be fetched.
   * @throws UserError `image_unavailable` when there was no room for so long
   */
  claim(image: PublishedImage, rendition: Rendition, patienceMs: number): EndClaim | Promise<EndClaim> {
    const needed = () => this.#sets.neededFor(image, rendition);
    const attempt = () =>
      needed() === 0 || this.#makeRoom(needed(), image.infoHash) ? this.#grant(image, rendition) : undefined;
    const granted = this.#queue.isEmpty || needed() === 0 ? attempt() : undefined;
    if (granted !== undefined) return granted;
    const waits = this.#queue.wait({ key: image.infoHash + rendition.name, needed, attempt }, patienceMs);
    // Deletions for all who wait go on at once, not one after the other.
    const roomBytes = this.#parts.budgetBytes - this.#queue.neededBytes;
    if (this.#sets.heldBytes > roomBytes) this.#evictTo(roomBytes);
    return waits;
  }

  /**
   * Joined with `none`: what is on disk from before counts too.
   * @param isWhole all of it is
   */
  countHeld(image: PublishedImage, isWhole: boolean): void {
    const set = this.#sets.get(image.infoHash);
    if (set === undefined) return;
    for (const rendition of image.renditions)
      if (isWhole || this.#parts.isHeld(rendition)) this.#sets.count(set, rendition);
    if (this.#sets.heldBytes > this.#parts.budgetBytes) this.#evictTo(this.#parts.budgetBytes * EVICT_TO);
  }

  /** Its join failed: it takes nothing, unless a reader tries again. */
  notJoined(infoHash: InfoHash): void {
    const set = this.#sets.get(infoHash);
    if (set !== undefined) this.#dropAbsent(set);
    this.#queue.next();
  }

  /** So many other edges had what was just fetched of it. */
  replicated(infoHash: InfoHash, replicas: number): void {
    const set = this.#sets.get(infoHash);
    if (set !== undefined) set.replicas = replicas;
  }

  /**
   * No longer published.
   * @param gone resolves when its bytes are off the disk; never rejects
   * @returns when its room is free
   */
  forget(infoHash: InfoHash, gone: Promise<void>): Promise<void> {
    this.#popularity.forget(infoHash);
    return this.#leaves(infoHash, 'purge', gone);
  }

  get #takenBytes(): number {
    return this.#sets.heldBytes + this.#sets.leavingBytes;
  }

  /** @returns whether there is room now; when there is not, something is leaving or being read */
  #makeRoom(needed: number, infoHash: InfoHash): boolean {
    const { budgetBytes } = this.#parts;
    const isOver = () => this.#sets.heldBytes + needed > budgetBytes;
    if (isOver()) {
      // The set itself is asked for right now: all others go first.
      const set = this.#sets.get(infoHash);
      if (set !== undefined) set.readers++;
      this.#evictTo(budgetBytes * EVICT_TO - needed);
      if (set !== undefined) set.readers--;
      if (isOver() && this.#claims === 0) this.#evictTo(budgetBytes - needed);
    }
    if (this.#takenBytes + needed <= budgetBytes) return true;
    return this.#sets.leavingBytes === 0 && this.#claims === 0;
  }

  #grant(image: PublishedImage, rendition: Rendition): EndClaim {
    const set = this.#sets.keep(image);
    this.#sets.count(set, rendition);
    set.readers++;
    this.#claims++;
    return () => {
      set.readers--;
      this.#claims--;
      this.#dropAbsent(set);
      this.#queue.next();
    };
  }

  /** Nobody reads it, and it is not here: its join failed. */
  #dropAbsent(set: KeptSet): void {
    const { infoHash } = set.image;
    const isKept = this.#sets.get(infoHash) === set;
    if (isKept && set.readers === 0 && !this.#parts.isHere(infoHash)) this.#sets.drop(set);
  }

  #evictTo(bytes: number): void {
    const cached = this.#sets.cached((infoHash) => this.#popularity.of(infoHash));
    for (const infoHash of chooseEvictions(cached, Math.max(0, bytes), this.#parts.worth))
      void this.#leaves(infoHash, 'budget', this.#parts.evict(infoHash));
  }

  async #leaves(infoHash: InfoHash, reason: EvictionReason, gone: Promise<void> | undefined): Promise<void> {
    const set = this.#sets.get(infoHash);
    if (set === undefined) return;
    this.#evicted[reason].sets++;
    this.#evicted[reason].bytes += set.bytes;
    if (gone === undefined) this.#sets.drop(set);
    else await this.#sets.leave(set, gone);
    this.#queue.next();
  }
}
