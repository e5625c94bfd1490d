/** Pieces of one torrent of which some blocks are here or asked for. */
import type { Geometry } from '../geometry.ts';
import type { PieceIndex } from '../units.ts';
import { PartialPiece } from './partial-piece.ts';

export class BegunPieces {
  readonly #geometry: Geometry;
  readonly #partial = new Map<PieceIndex, PartialPiece>();
  readonly #onParole = new Set<PartialPiece>();
  /** Nobody goes on with them. */
  readonly #left = new Set<PieceIndex>();

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  get count(): number {
    return this.#partial.size;
  }

  get onParole(): ReadonlySet<PartialPiece> {
    return this.#onParole;
  }

  get(piece: PieceIndex): PartialPiece | undefined {
    return this.#partial.get(piece);
  }

  has(piece: PieceIndex): boolean {
    return this.#partial.has(piece);
  }

  /** The piece as it stands, or begun now. */
  begin(piece: PieceIndex, onParole: boolean): PartialPiece {
    let partial = this.#partial.get(piece);
    if (!partial) {
      partial = new PartialPiece(piece, this.#geometry.blockCount(piece), onParole);
      this.#partial.set(piece, partial);
      if (onParole) this.#onParole.add(partial);
    }
    return partial;
  }

  forget(partial: PartialPiece): void {
    this.#partial.delete(partial.piece);
    this.#onParole.delete(partial);
    this.#left.delete(partial.piece);
  }

  isLeft(piece: PieceIndex): boolean {
    return this.#left.has(piece);
  }

  leave(piece: PieceIndex): void {
    this.#left.add(piece);
  }

  goneOnWith(piece: PieceIndex): void {
    this.#left.delete(piece);
  }
}
