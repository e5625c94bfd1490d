/**
 * How far a live node's clock is from ours, from when its batches came. A batch says when it was sent; no batch comes
 * before it was sent, so the one that took least time tells most (as NTP's clock filter does, RFC 5905 section 10).
 */
export class ClockOffset {
  readonly #oneWayMs: number;
  #leastMs = Number.POSITIVE_INFINITY;

  /** @param roundTripMs as measured by a request of its own; 0 when nobody measured */
  constructor(roundTripMs: number) {
    this.#oneWayMs = roundTripMs / 2;
  }

  /** @param sentAtMs by the node's wall clock, @param cameAtMs by ours */
  heard(sentAtMs: number, cameAtMs: number): void {
    this.#leastMs = Math.min(this.#leastMs, cameAtMs - sentAtMs);
  }

  /** To be added to the node's wall time; 0 before anything was heard. */
  get offsetMs(): number {
    return Number.isFinite(this.#leastMs) ? this.#leastMs - this.#oneWayMs : 0;
  }
}
