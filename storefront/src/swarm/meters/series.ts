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
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) <= ms) low = middle + 1;
      else high = middle;
    }
    return this.#sums[low - 1] ?? 0;
  }

  get last(): number {
    return this.#sums.at(-1) ?? 0;
  }

  /** Values at so many equal steps from 0 to `endMs`, for a plot. */
  sampled(endMs: number, steps: number): Float64Array {
    return Float64Array.from({ length: steps + 1 }, (_, step) => this.at((endMs * step) / steps));
  }
}
