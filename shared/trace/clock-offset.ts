/**
 * How far a live node's clock is from ours, from when its batches came. A batch says when it was sent; no batch comes
 * before it was sent, so of the last ones the one that took least time tells most (as NTP's clock filter does, RFC 5905
 * section 10). Older ones are forgotten: a machine that slept has lost the time on one of the clocks.
 */
const STRETCH_MS = 15_000;

export class ClockOffset {
  readonly #oneWayMs: number;
  #leastMs = Number.POSITIVE_INFINITY;
  /** Of the stretch before. */
  #beforeMs = Number.POSITIVE_INFINITY;
  #stretchBeganMs = Number.NEGATIVE_INFINITY;

  /** @param roundTripMs as measured by a request of its own; 0 when nobody measured */
  constructor(roundTripMs: number) {
    this.#oneWayMs = roundTripMs / 2;
  }

  /** @param sentAtMs by the node's wall clock, @param cameAtMs by ours */
  heard(sentAtMs: number, cameAtMs: number): void {
    const lastedMs = cameAtMs - this.#stretchBeganMs;
    if (lastedMs > STRETCH_MS) {
      this.#beforeMs = lastedMs > 2 * STRETCH_MS ? Number.POSITIVE_INFINITY : this.#leastMs;
      this.#leastMs = Number.POSITIVE_INFINITY;
      this.#stretchBeganMs = cameAtMs;
    }
    this.#leastMs = Math.min(this.#leastMs, cameAtMs - sentAtMs);
  }

  /** To be added to the node's wall time; 0 before anything was heard. */
  get offsetMs(): number {
    const leastMs = Math.min(this.#leastMs, this.#beforeMs);
    return Number.isFinite(leastMs) ? leastMs - this.#oneWayMs : 0;
  }
}
