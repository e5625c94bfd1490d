/** A sum that grows with time and can be asked for any moment. */
export class Series {
  readonly #times: number[] = [];
  readonly #sums: number[] = [];

  add(ms: number, amount: number): void {
    const sum = (this.#sums.at(-1) ?? 0) + amount;
    if (this.#times.at(-1) === ms) this.#sums[this.#sums.length - 1] = sum;
    else {
      this.#times.push(ms);
      this.#sums.push(sum);
    }
  }

  at(ms: number): number {
    return this.#sums[this.#countOf((time) => time <= ms) - 1] ?? 0;
  }

  before(ms: number): number {
    return this.#sums[this.#countOf((time) => time < ms) - 1] ?? 0;
  }

  /** How many of the times are so; they are the first ones. */
  #countOf(isSo: (time: number) => boolean): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isSo(this.#times[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get last(): number {
    return this.#sums.at(-1) ?? 0;
  }

  /** What came since `beganMs`, at so many equal steps up to `endMs`, for a plot. */
  sampled(beganMs: number, endMs: number, steps: number): Float64Array {
    const before = this.before(beganMs);
    return Float64Array.from(
      { length: steps + 1 },
      (_, step) => this.at(beganMs + ((endMs - beganMs) * step) / steps) - before,
    );
  }
}
