/**
 * A clock for what others owe us. While this process stands still (no processor, a machine asleep, a slow disk under a
 * synchronous call) nobody can be heard; what came meanwhile waits in sockets, and timers run before it is read. So that
 * time counts against nobody (AW1 of docs/PROTOCOL.md): here it does not pass.
 */

/** As the edge's log has it (PU4). Shorter than every deadline that ends a link or blames a node. */
export const STOOD_STILL_MS = 1_000;
const LOOK_EVERY_MS = 250;

export class AwakeClock {
  readonly #now: () => number;
  readonly #looking: NodeJS.Timeout;
  #lookedAt: number;
  #stoodStillMs = 0;

  /** @param now monotonic ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#lookedAt = now();
    // With nothing to do nobody asks for the time: that is no standstill.
    this.#looking = setInterval(() => this.now(), LOOK_EVERY_MS).unref();
  }

  /** Monotonic ms, less all standstills so far. */
  now(): number {
    const now = this.#now();
    const passedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (passedMs > STOOD_STILL_MS) this.#stoodStillMs += passedMs;
    return now - this.#stoodStillMs;
  }

  stop(): void {
    clearInterval(this.#looking);
  }
}
