/**
 * A rate limit shared by many, each in turn: whoever has something to do queues up, does one portion of it, and
 * queues again. Without a limit nobody waits.
 */
import { TokenBucket } from '../../token-bucket.ts';

/** 20 ms worth of bytes may go at once: longer bursts would fill a shaped link's queue. */
const BURST_MS = 20;
const MIN_BURST_BYTES = 16_384;

export class Turns<Member> {
  readonly isLimited: boolean;
  readonly #bucket: TokenBucket;
  readonly #now: () => number;
  readonly #take: (member: Member) => number | 'not yet known';
  /** Iterates in order of insertion, and a member stands in it once. */
  readonly #waiting = new Set<Member>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #running = false;

  /**
   * @param take lets a member do one portion now; answers the bytes used, or that they are `spent` later: then
   *   the next member has its turn after the event loop's next round
   */
  constructor(bytesPerSecond: number, now: () => number, take: (member: Member) => number | 'not yet known') {
    this.isLimited = bytesPerSecond !== Number.POSITIVE_INFINITY;
    const burst = Math.max(MIN_BURST_BYTES, (bytesPerSecond * BURST_MS) / 1000);
    this.#bucket = new TokenBucket(bytesPerSecond, burst, now());
    this.#now = now;
    this.#take = take;
  }

  /** Bytes that were used out of turn. @returns whether there is nothing left for now */
  spend(bytes: number): boolean {
    if (!this.isLimited) return false;
    const now = this.#now();
    this.#bucket.take(bytes, now);
    return this.#bucket.waitMs(now) > 0;
  }

  join(member: Member): void {
    this.#waiting.add(member);
  }

  leave(member: Member): void {
    this.#waiting.delete(member);
  }

  /** Gives turns while there are tokens; comes back by itself for the rest. */
  run(): void {
    if (this.#running || this.#immediate) return;
    this.#running = true;
    for (const member of this.#waiting) {
      const waitMs = this.isLimited ? this.#bucket.waitMs(this.#now()) : 0;
      if (waitMs > 0) {
        this.#comeBackIn(waitMs);
        break;
      }
      this.#waiting.delete(member);
      const bytes = this.#take(member);
      if (!this.isLimited) continue;
      if (bytes === 'not yet known') {
        this.#comeBackSoon();
        break;
      }
      this.#bucket.take(bytes, this.#now());
    }
    this.#running = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#waiting.clear();
  }

  #comeBackSoon(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.run();
    });
  }

  #comeBackIn(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.run();
    }, waitMs);
  }
}
