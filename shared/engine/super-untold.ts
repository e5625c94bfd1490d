/**
 * Pieces of one torrent that a super-seeding origin told nobody of (BEP 16), in an order of chance; the longer ones
 * first, so that the short ones even out what nodes have to pass on.
 */
import { Bitfield } from '../bitfield.ts';
import { type Random, shuffle } from '../random.ts';

export class UntoldPieces {
  /** Last one next. */
  readonly #order: number[];
  readonly #members: Bitfield;

  constructor(pieceCount: number, pieceBytes: (piece: number) => number, random: Random) {
    this.#order = shuffle(
      Array.from({ length: pieceCount }, (_, piece) => piece),
      random,
    ).sort((a, b) => pieceBytes(a) - pieceBytes(b));
    this.#members = Bitfield.full(pieceCount);
  }

  get count(): number {
    return this.#order.length;
  }

  /** Which is told next. */
  get next(): number | undefined {
    return this.#order.at(-1);
  }

  /** Of the torrent. */
  get pieceCount(): number {
    return this.#members.size;
  }

  has(piece: number): boolean {
    return this.#members.has(piece);
  }

  /** It is the next. */
  putBack(piece: number): void {
    if (this.#members.set(piece)) this.#order.push(piece);
  }

  /** @returns whether it was here */
  take(piece: number): boolean {
    if (!this.#members.clear(piece)) return false;
    this.#order.splice(this.#order.indexOf(piece), 1);
    return true;
  }

  /** The next that fits, if any. Those before it that came out without us are dropped. */
  takeNext(test: {
    readonly isOut: (piece: number) => boolean;
    readonly isFit: (piece: number) => boolean;
  }): number | undefined {
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const piece = this.#order[at] as number;
      const isOut = test.isOut(piece);
      if (!isOut && !test.isFit(piece)) continue;
      this.#order.splice(at, 1);
      this.#members.clear(piece);
      if (!isOut) return piece;
    }
    return undefined;
  }
}
