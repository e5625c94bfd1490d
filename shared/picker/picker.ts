/**
 * Which blocks to ask of whom, for one torrent. The picker knows pieces, blocks and how many nodes have them;
 * sources are mere numbers. Order of choice: what a waiting reader needs, in its order; pieces already begun;
 * the first piece at random, then the rarest (BEP 3, "rarest first"; Cohen 2003 section 2.4); at last the end
 * game, blocks that somebody else was asked for a while ago.
 *
 * A piece is in exactly one state: unwanted, open (in the rarity index), partial, checking (complete, its hash
 * not known yet), held.
 */
import type { Bitfield } from '../bitfield.ts';
import { invariant } from '../errors.ts';
import type { Block, Geometry } from '../geometry.ts';
import type { Random } from '../random.ts';

import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { PartialPiece, type SourceId } from './partial-piece.ts';
import { RarityIndex } from './rarity.ts';

export interface PickerOptions {
  /** How many nodes may be asked for the same block in the end game. */
  readonly endGameCopies: number;
}

export interface Pick {
  readonly blocks: readonly Block[];
  /** When end-game blocks too young for now become ripe; Infinity when there are none. */
  readonly retryAt: number;
}

export class Picker {
  readonly #geometry: Geometry;
  readonly #held: Bitfield;
  readonly #random: Random;
  readonly #options: PickerOptions;
  readonly #rarity: RarityIndex;
  readonly #partial = new Map<PieceIndex, PartialPiece>();
  readonly #checking = new Map<PieceIndex, PartialPiece>();
  readonly #failed = new Set<PieceIndex>();
  #readerPieces: readonly PieceIndex[] = [];
  #readerWants = new Set<PieceIndex>();
  #wantsAll = false;

  /** @param held pieces that are verified; shared with the torrent, which alone changes it */
  constructor(geometry: Geometry, held: Bitfield, random: Random, options: PickerOptions) {
    this.#geometry = geometry;
    this.#held = held;
    this.#random = random;
    this.#options = options;
    this.#rarity = new RarityIndex(geometry.pieceCount);
  }

  availability(piece: number): number {
    return this.#rarity.availability(piece);
  }

  changeAvailability(piece: number, difference: 1 | -1): void {
    this.#rarity.change(piece, difference);
  }

  isWanted(piece: PieceIndex): boolean {
    return !this.#held.has(piece) && (this.#wantsAll || this.#readerWants.has(piece));
  }

  /** Sets what is wanted: everything or not, and what readers wait for, in their order. */
  setWanted(wantsAll: boolean, readerPieces: readonly PieceIndex[]): void {
    this.#wantsAll = wantsAll;
    this.#readerPieces = readerPieces;
    this.#readerWants = new Set(readerPieces);
    for (let index = 0; index < this.#geometry.pieceCount; index++) this.#settle(index as PieceIndex);
  }

  /**
   * Blocks to ask of a source, at most `limit`; they count as asked from now on.
   * @param ripeAfterMs end game: a block asked of one source may be asked of a second one after so long
   */
  pick(source: SourceId, has: Bitfield, limit: number, now: number, ripeAfterMs: number): Pick {
    const blocks: Block[] = [];
    const take = (partial: PartialPiece) => this.#takeFree(partial, source, limit, now, blocks);
    for (const piece of this.#readerPieces) {
      if (blocks.length >= limit) break;
      if (has.has(piece)) this.#takeFromPiece(piece, take);
    }
    this.#takeFromBegun(source, has, limit, blocks, take);
    if (blocks.length < limit) this.#takeFromOpen(has, limit, blocks, take);
    if (blocks.length > 0) return { blocks, retryAt: Number.POSITIVE_INFINITY };
    return this.#endGame(source, has, limit, now, ripeAfterMs);
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
    if (partial.onParole) this.#partial.delete(piece);
    this.#settle(piece);
  }

  /** The source is gone: pieces on parole that it began are open to others again, from their first block. */
  sourceGone(source: SourceId): void {
    for (const partial of this.#partial.values()) {
      if (!partial.onParole || !partial.isServedBy(source)) continue;
      this.#partial.delete(partial.piece);
      this.#settle(partial.piece);
    }
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
    const partial = this.#begin(piece);
    const others = partial.admits(source) ? partial.receive(blockIndex, source) : undefined;
    if (!others) {
      this.#settle(piece);
      return undefined;
    }
    if (!partial.isComplete) return { others, senders: undefined };
    this.#partial.delete(piece);
    this.#checking.set(piece, partial);
    return { others, senders: partial.senders };
  }

  /** The piece passed its hash; the caller has set it in `held`. */
  passed(piece: PieceIndex): void {
    this.#checking.delete(piece);
    this.#failed.delete(piece);
    this.#settle(piece);
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

  /** Moves a piece to the state that the rest of the picker implies. */
  #settle(piece: PieceIndex): void {
    if (this.#partial.get(piece)?.isIdle) this.#partial.delete(piece);
    const isOpen = this.isWanted(piece) && !this.isUnderWay(piece);
    if (isOpen) this.#rarity.open(piece);
    else this.#rarity.close(piece);
  }

  #begin(piece: PieceIndex): PartialPiece {
    let partial = this.#partial.get(piece);
    if (!partial) {
      partial = new PartialPiece(piece, this.#geometry.blockCount(piece), this.#failed.has(piece));
      this.#partial.set(piece, partial);
      this.#rarity.close(piece);
    }
    return partial;
  }

  #takeFromPiece(piece: PieceIndex, take: (partial: PartialPiece) => void): void {
    if (!this.isWanted(piece) || this.#checking.has(piece)) return;
    take(this.#begin(piece));
    this.#settle(piece);
  }

  /** Begun pieces first, so that few are under way; one's own before others', so that a piece has one sender. */
  #takeFromBegun(
    source: SourceId,
    has: Bitfield,
    limit: number,
    blocks: Block[],
    take: (partial: PartialPiece) => void,
  ): void {
    if (this.#geometry.pieceLengthBytes === BLOCK_BYTES) return;
    for (const own of [true, false]) {
      for (const partial of this.#partial.values()) {
        if (blocks.length >= limit) return;
        if (partial.isFullyRequested || !has.has(partial.piece) || !this.isWanted(partial.piece)) continue;
        if (partial.isServedBy(source) === own) take(partial);
      }
    }
  }

  #takeFromOpen(has: Bitfield, limit: number, blocks: Block[], take: (partial: PartialPiece) => void): void {
    const chosen: PieceIndex[] = [];
    let free = limit - blocks.length;
    const choose = (piece: number): boolean => {
      if (!has.has(piece)) return false;
      chosen.push(piece as PieceIndex);
      free -= this.#geometry.blockCount(piece as PieceIndex);
      return free <= 0;
    };
    if (this.#held.count === 0) this.#walkRandomly(choose);
    else this.#rarity.walk((bound) => this.#random.integer(bound), choose);
    for (const piece of chosen) this.#takeFromPiece(piece, take);
  }

  /** Random first piece: a node with nothing to give wants any piece soon, and not the one all others fetch. */
  #walkRandomly(visit: (piece: number) => boolean): void {
    const start = this.#random.integer(this.#geometry.pieceCount);
    for (let i = 0; i < this.#geometry.pieceCount; i++) {
      const piece = (start + i) % this.#geometry.pieceCount;
      if (this.#rarity.isOpen(piece) && visit(piece)) return;
    }
  }

  #takeFree(partial: PartialPiece, source: SourceId, limit: number, now: number, blocks: Block[]): void {
    if (!partial.admits(source)) return;
    for (let index = 0; index < partial.blockCount && blocks.length < limit; index++) {
      if (!partial.isFree(index)) continue;
      partial.request(index, source, now);
      blocks.push(this.#geometry.block(partial.piece, index));
    }
  }

  #endGame(source: SourceId, has: Bitfield, limit: number, now: number, ripeAfterMs: number): Pick {
    const blocks: Block[] = [];
    let retryAt = Number.POSITIVE_INFINITY;
    for (const partial of this.#partial.values()) {
      if (!has.has(partial.piece) || !this.isWanted(partial.piece) || partial.onParole) continue;
      for (let index = 0; index < partial.blockCount && blocks.length < limit; index++) {
        const requests = partial.requestsOf(index);
        const newest = requests[requests.length - 1];
        if (!newest || partial.hasBlock(index) || requests.length >= this.#options.endGameCopies) continue;
        if (requests.some((request) => request.source === source)) continue;
        const ripeAt = newest.requestedAt + ripeAfterMs;
        if (ripeAt > now) {
          retryAt = Math.min(retryAt, ripeAt);
          continue;
        }
        partial.request(index, source, now);
        blocks.push(this.#geometry.block(partial.piece, index));
      }
    }
    invariant(blocks.length <= limit, 'end game within its limit');
    return { blocks, retryAt };
  }
}
