/**
 * One torrent's pieces as they are fetched. The picker knows which pieces are wanted, which blocks were asked of
 * whom, and how many nodes have each piece; sources are mere numbers. Which piece of which torrent comes next is
 * chosen per link, over all its channels (candidates.ts).
 *
 * A piece is in exactly one state: unwanted, open, partial, checking (complete, its hash not known yet), held.
 */
import type { Bitfield } from '../bitfield.ts';
import type { Block, Geometry } from '../geometry.ts';
import type { PieceIndex } from '../units.ts';
import { BegunPieces } from './begun-pieces.ts';
import type { PartialPiece, SourceId } from './partial-piece.ts';
import { WantedPieces } from './wanted-pieces.ts';

export interface PickerOptions {
  /** How many nodes may be asked for the same block in the end game. */
  readonly endGameCopies: number;
}

export interface PickerListener {
  /** The piece became open; `begun`: blocks of it are there or asked for, and others are free again. */
  pieceFree(piece: PieceIndex, begun: boolean): void;
}

export class Picker {
  readonly #geometry: Geometry;
  readonly #options: PickerOptions;
  readonly #listener: PickerListener;
  readonly #availability: Uint16Array;
  readonly #begun: BegunPieces;
  readonly #checking = new Map<PieceIndex, PartialPiece>();
  readonly #failed = new Set<PieceIndex>();
  readonly #wanted: WantedPieces;

  /** @param held pieces that are verified; shared with the torrent, which alone changes it */
  constructor(geometry: Geometry, held: Bitfield, options: PickerOptions, listener: PickerListener) {
    this.#geometry = geometry;
    this.#options = options;
    this.#listener = listener;
    this.#availability = new Uint16Array(geometry.pieceCount);
    this.#wanted = new WantedPieces(held);
    this.#begun = new BegunPieces(geometry);
  }

  /** Nothing is under way, and nobody is known to have anything. */
  get isIdle(): boolean {
    return this.#begun.count + this.#checking.size + this.#failed.size === 0;
  }

  availability(piece: number): number {
    return this.#availability[piece] as number;
  }

  /** A connected node has the piece (+1), or is gone or dropped it (-1). */
  changeAvailability(piece: number, difference: 1 | -1): void {
    this.#availability[piece] = (this.#availability[piece] as number) + difference;
  }

  isWanted(piece: PieceIndex): boolean {
    return this.#wanted.has(piece);
  }

  /** A reader waits for it. */
  isAwaited(piece: PieceIndex): boolean {
    return this.#wanted.isAwaited(piece);
  }

  /** What readers wait for, first things first. */
  get awaited(): ReadonlySet<PieceIndex> {
    return this.#wanted.awaited;
  }

  /** Wanted, and nobody is asked for any of it. */
  isOpen(piece: PieceIndex): boolean {
    return this.isWanted(piece) && !this.isUnderWay(piece);
  }

  /**
   * Sets what is wanted: everything or not, and what readers wait for, in their order.
   * @param changed is told of each piece that is wanted from now on, or no more
   */
  setWanted(
    wantsAll: boolean,
    awaited: ReadonlySet<PieceIndex>,
    changed: (piece: PieceIndex, isWanted: boolean) => void,
  ): void {
    this.#wanted.set(wantsAll, awaited, (piece, isWanted) => {
      changed(piece, isWanted);
      if (isWanted) this.#settle(piece);
    });
  }

  /** Asks the source for free blocks of the piece, at most `limit`; they count as asked from now on. */
  take(piece: PieceIndex, source: SourceId, limit: number, now: number): readonly Block[] {
    if (limit <= 0 || !this.isWanted(piece) || this.#checking.has(piece)) return [];
    const partial = this.#begun.begin(piece, this.#failed.has(piece));
    const blocks: Block[] = [];
    if (partial.admits(source)) {
      for (let index = partial.nextFree(0); index >= 0 && blocks.length < limit; ) {
        partial.request(index, source, now);
        blocks.push(this.#geometry.block(piece, index));
        index = partial.nextFree(index + 1);
      }
    }
    if (blocks.length > 0) this.#begun.goneOnWith(piece);
    if (partial.isIdle) this.#begun.forget(partial);
    return blocks;
  }

  /** End game: asks a second source for a block. @returns undefined when that is not allowed, or needless */
  takeTwice(piece: PieceIndex, blockIndex: number, source: SourceId, now: number): Block | undefined {
    const partial = this.#begun.get(piece);
    if (!partial || partial.onParole || partial.hasBlock(blockIndex)) return undefined;
    const requests = partial.requestsOf(blockIndex);
    if (requests.length >= this.#options.endGameCopies) return undefined;
    if (requests.some((request) => request.source === source)) return undefined;
    partial.request(blockIndex, source, now);
    return this.#geometry.block(piece, blockIndex);
  }

  /** The piece is begun, and some of it is neither here nor asked for. */
  hasFreeBlocks(piece: PieceIndex): boolean {
    const partial = this.#begun.get(piece);
    return partial !== undefined && !partial.isFullyRequested;
  }

  /** The piece is begun, and nobody goes on with it. */
  isLeft(piece: PieceIndex): boolean {
    return this.#begun.isLeft(piece);
  }

  /** One open or begun piece for a source that sends whole pieces in a row, such as a web seed. */
  takeWhole(piece: PieceIndex, source: SourceId, now: number): boolean {
    if (!this.isWanted(piece) || this.#checking.has(piece)) return false;
    const partial = this.#begun.begin(piece, this.#failed.has(piece));
    if (!partial.admits(source) || partial.isServedBy(source)) return false;
    for (let block = 0; block < partial.blockCount; block++) {
      if (!partial.hasBlock(block)) partial.request(block, source, now);
    }
    return true;
  }

  /** Whether somebody is being asked for any part of the piece, or it is being checked. */
  isUnderWay(piece: PieceIndex): boolean {
    return this.#begun.has(piece) || this.#checking.has(piece);
  }

  /** When the oldest request for the piece went out; undefined when nobody is asked. */
  askedSince(piece: PieceIndex): number | undefined {
    const partial = this.#begun.get(piece);
    let oldest: number | undefined;
    for (let block = 0; partial && block < partial.blockCount; block++) {
      for (const { requestedAt } of partial.requestsOf(block))
        oldest = Math.min(oldest ?? requestedAt, requestedAt);
    }
    return oldest;
  }

  /** The source will not send this block. */
  release(source: SourceId, piece: PieceIndex, blockIndex: number): void {
    const partial = this.#begun.get(piece);
    if (!partial?.release(blockIndex, source)) return;
    // A piece on parole is one source's alone: what it left half done, another begins anew.
    if (partial.onParole) this.#begun.forget(partial);
    this.#settle(piece);
  }

  /** The source goes no further with a piece that it began: others may. */
  leave(source: SourceId, piece: PieceIndex): void {
    const partial = this.#begun.get(piece);
    if (partial?.onParole && partial.isServedBy(source)) this.#begun.forget(partial);
    this.#settle(piece);
  }

  /** The source is gone: pieces on parole that it began are open to others again, from their first block. */
  sourceGone(source: SourceId): void {
    for (const partial of this.#begun.onParole)
      if (partial.isServedBy(source)) this.leave(source, partial.piece);
  }

  /**
   * A block came, perhaps late: after the request for it was given up. @returns undefined when it is not needed;
   * otherwise the other sources asked for it, and who sent each block once the piece is complete.
   */
  receive(
    source: SourceId,
    piece: PieceIndex,
    blockIndex: number,
  ): { readonly others: readonly SourceId[]; readonly senders: readonly SourceId[] | undefined } | undefined {
    if (!this.isWanted(piece) || this.#checking.has(piece)) return undefined;
    const isNew = !this.#begun.has(piece);
    const partial = this.#begun.begin(piece, this.#failed.has(piece));
    const others = partial.admits(source) ? partial.receive(blockIndex, source) : undefined;
    if (!others) {
      if (partial.isIdle) this.#begun.forget(partial);
      return undefined;
    }
    if (!partial.isComplete) {
      if (isNew) this.#settle(piece);
      return { others, senders: undefined };
    }
    this.#begun.forget(partial);
    this.#checking.set(piece, partial);
    return { others, senders: partial.senders };
  }

  /** The piece passed its hash; the caller has set it in `held`. */
  passed(piece: PieceIndex): void {
    this.#checking.delete(piece);
    this.#failed.delete(piece);
  }

  /** The piece failed its hash: it is missing again, and on parole. */
  failed(piece: PieceIndex): void {
    this.#checking.delete(piece);
    this.#failed.add(piece);
    this.#settle(piece);
  }

  /** The store lost the piece; the caller has cleared it in `held`. */
  lost(piece: PieceIndex): void {
    this.#settle(piece);
  }

  /** Tells of a piece that may be asked for, whole or in part. */
  #settle(piece: PieceIndex): void {
    const partial = this.#begun.get(piece);
    if (partial?.isIdle) this.#begun.forget(partial);
    if (!this.isWanted(piece) || this.#checking.has(piece)) return;
    const begun = this.#begun.get(piece);
    if (begun?.isFullyRequested) return;
    if (begun) this.#begun.leave(piece);
    this.#listener.pieceFree(piece, begun !== undefined);
  }
}
