/** What is wanted of one torrent: everything or not, and what readers wait for. */
import type { Bitfield } from '../bitfield.ts';
import type { PieceIndex } from '../units.ts';

const NONE: ReadonlySet<PieceIndex> = new Set();

export class WantedPieces {
  readonly #held: Bitfield;
  #awaited: ReadonlySet<PieceIndex> = NONE;
  #wantsAll = false;

  /** @param held pieces that are verified */
  constructor(held: Bitfield) {
    this.#held = held;
  }

  /** What readers wait for, first things first. */
  get awaited(): ReadonlySet<PieceIndex> {
    return this.#awaited;
  }

  has(piece: PieceIndex): boolean {
    return !this.#held.has(piece) && (this.#wantsAll || this.#awaited.has(piece));
  }

  isAwaited(piece: PieceIndex): boolean {
    return this.#awaited.has(piece) && !this.#held.has(piece);
  }

  /** @param changed is told of each piece that is wanted from now on, or no more */
  set(
    wantsAll: boolean,
    awaited: ReadonlySet<PieceIndex>,
    changed: (piece: PieceIndex, isWanted: boolean) => void,
  ): void {
    const before = { all: this.#wantsAll, awaited: this.#awaited };
    this.#wantsAll = wantsAll;
    this.#awaited = awaited;
    const compare = (piece: PieceIndex) => {
      if (this.#held.has(piece)) return;
      const isWanted = this.has(piece);
      if (isWanted !== (before.all || before.awaited.has(piece))) changed(piece, isWanted);
    };
    if (wantsAll !== before.all) {
      for (let piece = 0; piece < this.#held.size; piece++) compare(piece as PieceIndex);
      return;
    }
    if (wantsAll) return;
    for (const piece of before.awaited) compare(piece);
    for (const piece of awaited) if (!before.awaited.has(piece)) compare(piece);
  }
}
