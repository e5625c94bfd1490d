/** A set of small whole numbers, one bit each: what one edge has of ten thousand image sets takes 1.3 KB. */
export class NumberSet {
  #words = new Uint32Array(0);

  has(number: number): boolean {
    return (((this.#words[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
  }

  /** How many are in both. */
  countIn(other: NumberSet): number {
    let count = 0;
    for (let at = 0; at < this.#words.length; at++) {
      let word = (this.#words[at] as number) & (other.#words[at] ?? 0);
      for (; word !== 0; word &= word - 1) count++;
    }
    return count;
  }

  add(number: number): void {
    this.#reserve(number);
    this.#words[number >>> 5] = (this.#words[number >>> 5] as number) | (1 << (number & 31));
  }

  delete(number: number): void {
    const at = number >>> 5;
    if (at < this.#words.length) this.#words[at] = (this.#words[at] as number) & ~(1 << (number & 31));
  }

  /** Drops whatever is not in `other`. */
  keep(other: NumberSet): void {
    for (let at = 0; at < this.#words.length; at++)
      this.#words[at] = (this.#words[at] as number) & (other.#words[at] ?? 0);
  }

  #reserve(number: number): void {
    const needed = (number >>> 5) + 1;
    if (needed <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(needed, 2 * this.#words.length));
    grown.set(this.#words);
    this.#words = grown;
  }
}
