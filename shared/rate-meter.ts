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
    this.#bytesPerSecond *= decayOver(elapsedMs / this.#windowMs);
    this.#updatedAt = now;
  }
}

/** Nothing is left after so many windows: e^-40 is below what a number next to a byte can hold. */
const MAX_WINDOWS = 40;
const HALVINGS = 8;

/**
 * e^-windows to seven digits, by products and sums alone: Math.exp may differ in its last bit from one machine to
 * another, and then a run would not replay there. The series is taken at a 256th, and squared eight times.
 */
function decayOver(windows: number): number {
  if (windows >= MAX_WINDOWS) return 0;
  const part = windows / 2 ** HALVINGS;
  let value = 1 - part * (1 - (part / 2) * (1 - (part / 3) * (1 - (part / 4) * (1 - part / 5))));
  for (let i = 0; i < HALVINGS; i++) value *= value;
  return value;
}
