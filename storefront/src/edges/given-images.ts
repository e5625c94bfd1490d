/** What each node gave since the page was opened: how a stalled node is told from a slow link. */
export class GivenImages {
  readonly #lastMs = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #all = 0;

  add(url: string, nowMs: number): void {
    this.#lastMs.set(url, nowMs);
    this.#counts.set(url, (this.#counts.get(url) ?? 0) + 1);
    this.#all++;
  }

  /** Unix ms; -Infinity: it gave none. */
  lastMs(url: string): number {
    return this.#lastMs.get(url) ?? Number.NEGATIVE_INFINITY;
  }

  /** How many came from other nodes than this. */
  byOthers(url: string): number {
    return this.#all - (this.#counts.get(url) ?? 0);
  }
}
