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
import { PartialPiece, type SourceId } from './partial-piece.ts';

export interface PickerOptions {
  /** How many nodes may be asked for the same block in the end game. */
  readonly endGameCopies: number;
}

export interface PickerListener {
  /** The piece became open; `begun`: blocks of it are there or asked for, and others are free again. */
  pieceFree(piece: PieceIndex, begun: boolean): void;
}

const NOBODY: ReadonlySet<PieceIndex> = new Set();

export class Picker {
  readonly #geometry: Geometry;
  readonly #held: Bitfield;
  readonly #options: PickerOptions;
  readonly #listener: PickerListener;
  readonly #availability: Uint16Array;
  readonly #partial = new Map<PieceIndex, PartialPiece>();
  readonly #onParole = new Set<PartialPiece>();
  /** Begun pieces that nobody goes on with. */
  readonly #left = new Set<PieceIndex>();
  readonly #checking = new Map<PieceIndex, PartialPiece>();
  readonly #failed = new Set<PieceIndex>();
  #awaited: ReadonlySet<PieceIndex> = NOBODY;
  #wantsAll = false;

  /** @param held pieces that are verified; shared with the torrent, which alone changes it */
  constructor(geometry: Geometry, held: Bitfield, options: PickerOptions, listener: PickerListener) {
    this.#geometry = geometry;
    this.#held = held;
    this.#options = options;
    this.#listener = listener;
    this.#availability = new Uint16Array(geometry.pieceCount);
  }

  /** Nothing is under way, and nobody is known to have anything. */
  get isIdle(): boolean {
    return this.#partial.size + this.#checking.size + this.#failed.size === 0;
  }

  availability(piece: number): number {
    return this.#availability[piece] as number;
  }

  /** A connected node has the piece (+1), or is gone or dropped it (-1). */
  changeAvailability(piece: number, difference: 1 | -1): void {
    this.#availability[piece] = (this.#availability[piece] as number) + difference;
  }

  isWanted(piece: PieceIndex): boolean {
    return !this.#held.has(piece) && (this.#wantsAll || this.#awaited.has(piece));
  }

  /** A reader waits for it. */
  isAwaited(piece: PieceIndex): boolean {
    return this.#awaited.has(piece) && !this.#held.has(piece);
  }

  /** What readers wait for, first things first. */
  get awaited(): ReadonlySet<PieceIndex> {
    return this.#awaited;
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
    const wantedBefore = { all: this.#wantsAll, awaited: this.#awaited };
    this.#wantsAll = wantsAll;
    this.#awaited = awaited;
    const compare = (piece: PieceIndex) => {
      if (this.#held.has(piece)) return;
      const isWanted = this.isWanted(piece);
      if (isWanted === (wantedBefore.all || wantedBefore.awaited.has(piece))) return;
      changed(piece, isWanted);
      if (isWanted) this.#settle(piece);
    };
    if (wantsAll !== wantedBefore.all) {
      for (let piece = 0; piece < this.#geometry.pieceCount; piece++) compare(piece as PieceIndex);
      return;
    }
    if (wantsAll) return;
    for (const piece of wantedBefore.awaited) compare(piece);
    for (const piece of awaited) if (!wantedBefore.awaited.has(piece)) compare(piece);
  }

  /** Asks the source for free blocks of the piece, at most `limit`; they count as asked from now on. */
  take(piece: PieceIndex, source: SourceId, limit: number, now: number): readonly Block[] {
    if (limit <= 0 || !this.isWanted(piece) || this.#checking.has(piece)) return [];
    const partial = this.#begin(piece);
    const blocks: Block[] = [];
    if (partial.admits(source)) {
      for (let index = partial.nextFree(0); index >= 0 && blocks.length < limit; ) {
        partial.request(index, source, now);
        blocks.push(this.#geometry.block(piece, index));
        index = partial.nextFree(index + 1);
      }
    }
    if (blocks.length > 0) this.#left.delete(piece);
    if (partial.isIdle) this.#forget(partial);
    return blocks;
  }

  /** End game: asks a second source for a block. @returns undefined when that is not allowed, or needless */
  takeTwice(piece: PieceIndex, blockIndex: number, source: SourceId, now: number): Block | undefined {
    const partial = this.#partial.get(piece);
    if (!partial || partial.onParole || partial.hasBlock(blockIndex)) return undefined;
    const requests = partial.requestsOf(blockIndex);
    if (requests.length >= this.#options.endGameCopies) return undefined;
    if (requests.some((request) => request.source === source)) return undefined;
    partial.request(blockIndex, source, now);
    return this.#geometry.block(piece, blockIndex);
  }

  /** The piece is begun, and some of it is neither here nor asked for. */
  hasFreeBlocks(piece: PieceIndex): boolean {
    const partial = this.#partial.get(piece);
    return partial !== undefined && !partial.isFullyRequested;
  }

  /** The piece is begun, and nobody goes on with it. */
  isLeft(piece: PieceIndex): boolean {
    return this.#left.has(piece);
  }

  /** One open or begun piece for a source that sends whole pieces in a row, such as a web seed. */
  takeWhole(piece: PieceIndex, source: SourceId, now: number): boolean {
    if (!this.isWanted(piece) || this.#checking.has(piece)) return false;
    const partial = this.#begin(piece);
    if (!partial.admits(source) || partial.isServedBy(source)) return false;
    for (let block = 0; block < partial.blockCount; block++) {
      if (!partial.hasBlock(block)) partial.request(block, source, now);
    }
    return true;
  }

  /** Whether somebody is being asked for any part of the piece, or it is being checked. */
  isUnderWay(piece: PieceIndex): boolean {
    return this.#partial.has(piece) || this.#checking.has(piece);
  }

  /** When the oldest request for the piece went out; undefined when nobody is asked. */
  askedSince(piece: PieceIndex): number | undefined {
    const partial = this.#partial.get(piece);
    let oldest: number | undefined;
    for (let block = 0; partial && block < partial.blockCount; block++) {
      for (const { requestedAt } of partial.requestsOf(block))
        oldest = Math.min(oldest ?? requestedAt, requestedAt);
    }
    return oldest;
  }

  /** The source will not send this block. */
  release(source: SourceId, piece: PieceIndex, blockIndex: number): void {
    const partial = this.#partial.get(piece);
    if (!partial?.release(blockIndex, source)) return;
    // A piece on parole is one source's alone: what it left half done, another begins anew.
    if (partial.onParole) this.#forget(partial);
    this.#settle(piece);
  }

  /** The source goes no further with a piece that it began: others may. */
  leave(source: SourceId, piece: PieceIndex): void {
    const partial = this.#partial.get(piece);
    if (partial?.onParole && partial.isServedBy(source)) this.#forget(partial);
    this.#settle(piece);
  }

  /** The source is gone: pieces on parole that it began are open to others again, from their first block. */
  sourceGone(source: SourceId): void {
    for (const partial of this.#onParole) if (partial.isServedBy(source)) this.leave(source, partial.piece);
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
    const isNew = !this.#partial.has(piece);
    const partial = this.#begin(piece);
    const others = partial.admits(source) ? partial.receive(blockIndex, source) : undefined;
    if (!others) {
      if (partial.isIdle) this.#forget(partial);
      return undefined;
    }
    if (!partial.isComplete) {
      if (isNew) this.#settle(piece);
      return { others, senders: undefined };
    }
    this.#forget(partial);
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
    const partial = this.#partial.get(piece);
    if (partial?.isIdle) this.#forget(partial);
    if (!this.isWanted(piece) || this.#checking.has(piece)) return;
    const begun = this.#partial.get(piece);
    if (begun?.isFullyRequested) return;
    if (begun) this.#left.add(piece);
    this.#listener.pieceFree(piece, begun !== undefined);
  }

  #begin(piece: PieceIndex): PartialPiece {
    let partial = this.#partial.get(piece);
    if (!partial) {
      partial = new PartialPiece(piece, this.#geometry.blockCount(piece), this.#failed.has(piece));
      this.#partial.set(piece, partial);
      if (partial.onParole) this.#onParole.add(partial);
    }
    return partial;
  }

  #forget(partial: PartialPiece): void {
    this.#partial.delete(partial.piece);
    this.#onParole.delete(partial);
    this.#left.delete(partial.piece);
  }
}
