/**
 * How often each image set was asked for lately. A request counts 1 and half of it after so many other requests, so
 * what a shop showed yesterday makes room by itself. Counted exactly and for sets that are not held too (a set that
 * comes back is no stranger): a catalog is bounded, and the log is in memory anyway, so nothing is won by a sketch.
 */

interface Count {
  value: number;
  /** Of the clock, when it had this value. */
  at: number;
}

/** A set that was asked for so rarely is forgotten. */
const FORGOTTEN = 1 / 64;
/** Looked through for forgotten sets when so many came. */
const MIN_SWEEP = 1_024;

export class Popularity<Id> {
  readonly #counts = new Map<Id, Count>();
  readonly #halfLife: () => number;
  /** Requests so far. */
  #clock = 0;
  #sweepAt = MIN_SWEEP;

  /** @param halfLife in requests for any set; asked again each time, since caches grow */
  constructor(halfLife: () => number) {
    this.#halfLife = halfLife;
  }

  /** Sets that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  asked(id: Id, times = 1): void {
    this.#clock += times;
    const count = this.#counts.get(id);
    if (count === undefined) {
      this.#counts.set(id, { value: times, at: this.#clock });
      if (this.#counts.size >= this.#sweepAt) this.#sweep();
      return;
    }
    count.value = this.#aged(count) + times;
    count.at = this.#clock;
  }

  /** 0: never, or long ago. */
  of(id: Id): number {
    const count = this.#counts.get(id);
    return count === undefined ? 0 : this.#aged(count);
  }

  forget(id: Id): void {
    this.#counts.delete(id);
  }

  #aged({ value, at }: Count): number {
    return value * 2 ** ((at - this.#clock) / this.#halfLife());
  }

  #sweep(): void {
    for (const [id, count] of this.#counts) if (this.#aged(count) < FORGOTTEN) this.#counts.delete(id);
    this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#counts.size);
  }
}
