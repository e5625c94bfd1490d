/** How long the place of a worker that ended stays empty: longer and longer for one that ends again and again. */
const SHORTEST_PAUSE_MS = 100;
export const LONGEST_PAUSE_MS = 10_000;

export class RestartPause {
  #nextMs = SHORTEST_PAUSE_MS;

  /** Of a worker that ended now. */
  next(): number {
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    return pauseMs;
  }

  /** One that took a place lives; what it ends of later is another matter. */
  started(): void {
    setTimeout(() => {
      this.#nextMs = SHORTEST_PAUSE_MS;
    }, LONGEST_PAUSE_MS).unref();
  }
}
