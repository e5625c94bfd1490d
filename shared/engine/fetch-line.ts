/**
 * Readers' fetches from the web seed, few at a time: all edges share the origin's uplink, and what waits here may come
 * from a sibling meanwhile, or be fetched by one. Who has waited longest comes first, and is judged anew in its turn.
 */
import type { Torrent } from './torrent.ts';

export class FetchLine {
  readonly #maxRunning: number;
  #running = 0;
  /** Since when each waits, longest first. */
  readonly #waiting = new Map<Torrent, number>();

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** @returns since when the torrent has waited; undefined when it has to, from now on */
  enter(torrent: Torrent, now: number): number | undefined {
    const since = this.#waiting.get(torrent) ?? now;
    if (this.#running >= this.#maxRunning) {
      this.#waiting.set(torrent, since);
      return undefined;
    }
    this.#waiting.delete(torrent);
    this.#running++;
    return since;
  }

  /** So many more can start now. */
  get roomFor(): number {
    return this.#waiting.size > 0 ? 0 : this.#maxRunning - this.#running;
  }

  ended(): void {
    this.#running--;
  }

  /** It need not wait any more. */
  leave(torrent: Torrent): void {
    this.#waiting.delete(torrent);
  }

  /** Whose turn it is, when there is room. */
  next(): Torrent | undefined {
    if (this.#waiting.size === 0 || this.#running >= this.#maxRunning) return undefined;
    const [first] = this.#waiting.keys();
    return first;
  }
}
