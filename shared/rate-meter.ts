/**
 * Bytes per second over the recent past: an exponential average whose weight halves about every
 * `windowMs * 0.69`. Ten seconds is the span BEP 3 suggests for ranking peers ("a rolling 20-second
 * average" in its words is what the mainline client used; newer clients use about ten).
 */
export class RateMeter {
  readonly #windowMs: number;
  #bytesPerSecond = 0;
  #pendingBytes = 0;
  #updatedAt = 0;
  #totalBytes = 0;

  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  add(bytes: number, now: number): void {
    this.#fold(now);
    this.#pendingBytes += bytes;
    this.#totalBytes += bytes;
  }

  bytesPerSecond(now: number): number {
    this.#fold(now);
    return this.#bytesPerSecond + (this.#pendingBytes * 1000) / this.#windowMs;
  }

  /** Turns what came in since the last call into the average; steps below 50 ms are gathered first. */
  #fold(now: number): void {
    const elapsedMs = now - this.#updatedAt;
    if (elapsedMs < 50) return;
    const keep = Math.exp(-elapsedMs / this.#windowMs);
    this.#bytesPerSecond =
      this.#bytesPerSecond * keep + ((this.#pendingBytes * 1000) / elapsedMs) * (1 - keep);
    this.#pendingBytes = 0;
    this.#updatedAt = now;
  }
}
