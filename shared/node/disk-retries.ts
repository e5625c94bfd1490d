/** When work that the disk refused is tried again: a full one must not make a node fetch the same pieces at full speed. */

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;

export class DiskRetries {
  #pauseMs = FIRST_PAUSE_MS;
  /** When the round comes that waits, or came last. */
  #roundAt = 0;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** What fails together is tried again together, each round after twice the time. */
  later(retry: () => void): void {
    const now = performance.now();
    if (now >= this.#roundAt) {
      this.#roundAt = now + this.#pauseMs;
      this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      retry();
    }, this.#roundAt - now);
    this.#timers.add(timer);
  }

  /** The disk took something: the next pause is the shortest again. */
  worked(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Nothing is tried any more. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
