/** Bytes that went one way: how many, and how fast lately. Looking at the rate changes nothing. */

/** A rate that ends is shown at a third after so long. */
const WINDOW_MS = 1_000;

export class Flow {
  totalBytes = 0;
  #bytesPerSecond = 0;
  #at = 0;

  add(bytes: number, t: number): void {
    this.totalBytes += bytes;
    this.#bytesPerSecond = this.bytesPerSecond(t) + (bytes * 1000) / WINDOW_MS;
    this.#at = t;
  }

  /** An exponential average; `t` is not before the last bytes. */
  bytesPerSecond(t: number): number {
    return this.#bytesPerSecond === 0 ? 0 : this.#bytesPerSecond * Math.exp((this.#at - t) / WINDOW_MS);
  }

  copy(): Flow {
    const copy = new Flow();
    copy.totalBytes = this.totalBytes;
    copy.#bytesPerSecond = this.#bytesPerSecond;
    copy.#at = this.#at;
    return copy;
  }
}
