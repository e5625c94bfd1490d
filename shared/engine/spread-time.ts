/**
 * How long a piece may take before it is told to somebody else: until the node has it, and from there until another
 * node reports it. Mean and deviation as TCP takes them for its retransmission timer (RFC 6298 section 2).
 */
const MIN_TIMEOUT_MS = 400;
const MAX_TIMEOUT_MS = 10_000;
/** After a time-out the next is later (RFC 6298 section 5.5), but not twice as late: time-outs come in bunches here. */
const BACKOFF = 1.1;

export class SpreadTime {
  #meanMs: number | undefined;
  #deviationMs = 0;
  readonly #patience: number;
  timeoutMs: number;

  /**
   * @param firstTimeoutMs while nothing was seen
   * @param patience times what the mean and four deviations say
   */
  constructor(firstTimeoutMs: number, patience = 1) {
    this.timeoutMs = firstTimeoutMs;
    this.#patience = patience;
  }

  seen(ms: number): void {
    if (this.#meanMs === undefined) {
      this.#meanMs = ms;
      this.#deviationMs = ms / 2;
    } else {
      this.#deviationMs += (Math.abs(ms - this.#meanMs) - this.#deviationMs) / 4;
      this.#meanMs += (ms - this.#meanMs) / 8;
    }
    this.#set(this.#patience * (this.#meanMs + 4 * this.#deviationMs));
  }

  timedOut(): void {
    this.#set(this.timeoutMs * BACKOFF);
  }

  #set(ms: number): void {
    this.timeoutMs = Math.min(Math.max(ms, MIN_TIMEOUT_MS), MAX_TIMEOUT_MS);
  }
}
