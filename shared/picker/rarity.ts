/**
 * Open pieces ordered by how many connected nodes have them, so that the rarest is found without a scan:
 * one bucket per availability, and each piece knows its place in its bucket (libtorrent keeps the same order
 * in its piece picker). All changes are O(1); ties are broken at random by whoever walks a bucket.
 */
export class RarityIndex {
  readonly #availability: Uint16Array;
  readonly #buckets: number[][] = [];
  /** Place within the bucket; -1 for a piece that is not open. */
  readonly #place: Int32Array;
  #openCount = 0;

  constructor(pieceCount: number) {
    this.#availability = new Uint16Array(pieceCount);
    this.#place = new Int32Array(pieceCount).fill(-1);
  }

  get openCount(): number {
    return this.#openCount;
  }

  availability(piece: number): number {
    return this.#availability[piece] as number;
  }

  isOpen(piece: number): boolean {
    return (this.#place[piece] as number) >= 0;
  }

  /** A connected node has the piece (+1), or is gone or dropped it (-1). */
  change(piece: number, difference: 1 | -1): void {
    const open = this.isOpen(piece);
    if (open) this.#takeOut(piece);
    this.#availability[piece] = (this.#availability[piece] as number) + difference;
    if (open) this.#putIn(piece);
  }

  /** The piece may be picked from now on. */
  open(piece: number): void {
    if (this.isOpen(piece)) return;
    this.#putIn(piece);
    this.#openCount++;
  }

  /** The piece is under way, held, or not wanted. */
  close(piece: number): void {
    if (!this.isOpen(piece)) return;
    this.#takeOut(piece);
    this.#openCount--;
  }

  /**
   * Walks open pieces from the rarest up, each bucket from a random place (`draw(bound)` gives it), until
   * `visit` answers true. Pieces that nobody has come never. `visit` must not change the index.
   */
  walk(draw: (bound: number) => number, visit: (piece: number) => boolean): void {
    for (let level = 1; level < this.#buckets.length; level++) {
      const bucket = this.#buckets[level] as number[];
      if (bucket.length === 0) continue;
      const start = draw(bucket.length);
      for (let i = 0; i < bucket.length; i++) {
        if (visit(bucket[(start + i) % bucket.length] as number)) return;
      }
    }
  }

  #bucket(level: number): number[] {
    while (this.#buckets.length <= level) this.#buckets.push([]);
    return this.#buckets[level] as number[];
  }

  #putIn(piece: number): void {
    const bucket = this.#bucket(this.#availability[piece] as number);
    this.#place[piece] = bucket.length;
    bucket.push(piece);
  }

  #takeOut(piece: number): void {
    const bucket = this.#bucket(this.#availability[piece] as number);
    const place = this.#place[piece] as number;
    const last = bucket.pop() as number;
    if (last !== piece) {
      bucket[place] = last;
      this.#place[last] = place;
    }
    this.#place[piece] = -1;
  }
}
