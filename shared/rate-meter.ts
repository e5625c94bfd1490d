/**
 * Bytes per second over the recent past, as an exponential average: bytes count the less the longer ago they
 * came, and half as much after `windowMs * ln 2`. A steady rate is shown to 63 % after one window and to 95 %
 * after three. The default of ten seconds is one round of choking (BEP 3), for which the rates are ranked.
 */
export class RateMeter {
  readonly #windowMs: number;
  #bytesPerSecond = 0;
  #updatedAt = 0;
  #totalBytes = 0;

  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  add(bytes: number, now: number): void {
    this.#decay(now);
    this.#bytesPerSecond += (bytes * 1000) / this.#windowMs;
    this.#totalBytes += bytes;
  }

  bytesPerSecond(now: number): number {
    this.#decay(now);
    return this.#bytesPerSecond;
  }

  #decay(now: number): void {
    const elapsedMs = now - this.#updatedAt;
    if (elapsedMs <= 0) return;
    this.#bytesPerSecond *= Math.exp(-elapsedMs / this.#windowMs);
    this.#updatedAt = now;
  }
}
