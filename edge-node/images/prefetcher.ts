/**
 * Joins every published image ahead of any request: in the order of the log, a few at a time, and again after a
 * pause when one fails.
 */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { Random } from '../../shared/random.ts';
import type { InfoHash } from '../../shared/units.ts';
import { type BackoffLimits, fullJitterMs } from '../backoff.ts';

/** Enough to fill the origin's line with small files, few enough to leave room for a shopper's. */
const CONCURRENT_JOINS = 8;
/** Sets in the queue that are told of ahead, and how many joins later again. */
const AHEAD = 128;
const AHEAD_EVERY = 64;
/** A torrent that the origin serves wrongly is asked for once a minute until someone repairs it. */
const RETRY: BackoffLimits = { baseMs: 500, capMs: 60_000 };

export interface PrefetcherParts {
  join(image: PublishedImage): Promise<unknown>;
  /** Whether it still fits the cache. */
  fits(image: PublishedImage): boolean;
  /** These come up next: what their joins need may be had for all of them at once. */
  ahead?(images: readonly PublishedImage[]): void;
  random: Random;
}

export class Prefetcher {
  readonly #parts: PrefetcherParts;
  readonly #queue = new Map<InfoHash, PublishedImage>();
  /** Beyond the cache's budget; tried again when room came. */
  readonly #tooMuch = new Map<InfoHash, PublishedImage>();
  readonly #waiting = new Map<InfoHash, { image: PublishedImage; timer: NodeJS.Timeout }>();
  readonly #attempts = new Map<InfoHash, number>();
  #running = 0;
  #joinsUntilAhead = 0;
  #turn: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(parts: PrefetcherParts) {
    this.#parts = parts;
  }

  add(image: PublishedImage): void {
    if (this.#closed) return;
    this.#queue.set(image.infoHash, image);
    this.#next();
  }

  /** Purged: it will not be tried again. */
  drop(infoHash: InfoHash): void {
    this.#queue.delete(infoHash);
    this.#tooMuch.delete(infoHash);
    this.#attempts.delete(infoHash);
    clearTimeout(this.#waiting.get(infoHash)?.timer);
    this.#waiting.delete(infoHash);
  }

  /** What did not fit may fit now. */
  roomCame(): void {
    if (this.#closed) return;
    for (const image of this.#tooMuch.values()) this.#queue.set(image.infoHash, image);
    this.#tooMuch.clear();
    this.#next();
  }

  /** The origin is back: what failed while it was away need not wait any longer. */
  retryNow(): void {
    if (this.#closed) return;
    for (const [infoHash, { image, timer }] of this.#waiting) {
      clearTimeout(timer);
      this.#queue.set(infoHash, image);
    }
    this.#waiting.clear();
    this.#attempts.clear();
    this.#next();
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#queue.clear();
    clearImmediate(this.#turn);
  }

  /**
   * In the next turn of the event loop: what a join needs may all be here, and two hundred joins in one turn kept the
   * first links waiting for a second.
   */
  #nextTurn(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < CONCURRENT_JOINS && this.#queue.size > 0) {
      const [infoHash, image] = this.#queue.entries().next().value as [InfoHash, PublishedImage];
      this.#queue.delete(infoHash);
      if (this.#parts.fits(image)) void this.#join(image);
      else this.#tooMuch.set(infoHash, image);
    }
    this.#lookAhead();
  }

  #lookAhead(): void {
    if (this.#joinsUntilAhead > 0 || this.#queue.size === 0 || !this.#parts.ahead) return;
    this.#joinsUntilAhead = AHEAD_EVERY;
    const images: PublishedImage[] = [];
    for (const image of this.#queue.values()) if (images.push(image) === AHEAD) break;
    this.#parts.ahead(images);
  }

  async #join(image: PublishedImage): Promise<void> {
    this.#running++;
    this.#joinsUntilAhead--;
    try {
      await this.#parts.join(image);
      this.#attempts.delete(image.infoHash);
    } catch (error) {
      // Left or closing: whoever ended it knows why.
      if ((error as Error).name !== 'AbortError') this.#retryLater(image);
    } finally {
      this.#running--;
      this.#nextTurn();
    }
  }

  #retryLater(image: PublishedImage): void {
    if (this.#closed) return;
    const attempt = this.#attempts.get(image.infoHash) ?? 0;
    this.#attempts.set(image.infoHash, attempt + 1);
    const again = () => {
      this.#waiting.delete(image.infoHash);
      this.add(image);
    };
    const timer = setTimeout(again, fullJitterMs(attempt, RETRY, this.#parts.random));
    this.#waiting.set(image.infoHash, { image, timer });
  }
}
