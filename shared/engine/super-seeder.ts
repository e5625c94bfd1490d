/**
 * Super-seeding (BEP 16) by windows: the origin tells each node of a few pieces only, different ones to each,
 * and of the next when the node has them. A copy of everything then leaves the origin about once, and the nodes
 * get the rest of one another. Strictness ends for a node that gets nothing while it waits for the others.
 *
 * Plain state: nodes are numbers (channels), and who has what comes from outside.
 */
import { Bitfield } from '../bitfield.ts';
import type { Random } from '../random.ts';
import { shuffle } from '../random.ts';

interface Pupil {
  readonly node: number;
  /** Told to it so far. */
  readonly told: Bitfield;
  /** Told and not yet had. */
  readonly pending: Set<number>;
  /** Whatever it lacks may be told; ends when it has a piece from elsewhere. */
  isRelaxed: boolean;
  readonly joinedAt: number;
}

export interface OfferView {
  /** What the node has. */
  readonly has: Bitfield;
  /** How many connected nodes have the piece. */
  availability(piece: number): number;
  /** Whether anybody else could give it what we do not tell. */
  readonly hasOtherSources: boolean;
  /**
   * Never to be told the last piece alone. libtorrent 2.0.8 drops a node that becomes a seed while it wants nothing
   * of it, before it looks at what the new piece changes, and comes back a minute later.
   */
  readonly wantsLastTogether: boolean;
}

export class SuperSeeder {
  readonly #pieceCount: number;
  readonly #windowPieces: number;
  readonly #pupils = new Map<number, Pupil>();
  /** Pieces told to nobody, in the order in which they will be. */
  readonly #untold: number[];
  readonly #toldTo: Int32Array;

  constructor(pieceCount: number, windowPieces: number, random: Random) {
    this.#pieceCount = pieceCount;
    this.#windowPieces = windowPieces;
    this.#untold = shuffle(
      Array.from({ length: pieceCount }, (_, piece) => piece),
      random,
    );
    this.#toldTo = new Int32Array(pieceCount).fill(-1);
  }

  join(node: number, now: number): void {
    const told = Bitfield.empty(this.#pieceCount);
    this.#pupils.set(node, { node, told, pending: new Set(), isRelaxed: false, joinedAt: now });
  }

  /** What it alone was told and nobody has must be told to others. */
  leave(node: number, availability: (piece: number) => number): void {
    const pupil = this.#pupils.get(node);
    if (!pupil) return;
    this.#pupils.delete(node);
    for (const piece of pupil.told.indexes()) {
      if (this.#toldTo[piece] !== node || availability(piece) > 0) continue;
      this.#toldTo[piece] = -1;
      this.#untold.push(piece);
    }
  }

  /** The node says that it has the piece. */
  had(node: number, piece: number): void {
    const pupil = this.#pupils.get(node);
    if (!pupil) return;
    if (pupil.pending.delete(piece)) return;
    if (!pupil.told.has(piece)) pupil.isRelaxed = false;
  }

  /** The node's bitfield: what it was told before that came, and has, is no longer awaited. */
  hadBefore(node: number, has: Bitfield): void {
    const pupil = this.#pupils.get(node);
    if (!pupil) return;
    for (const piece of pupil.pending) if (has.has(piece)) pupil.pending.delete(piece);
  }

  /**
   * When the node will have waited for `stallMs` on what others were told; Infinity for one that is relaxed
   * already, or that has not yet had what it was told itself: then it waits for us, and telling it more would
   * only make the queue longer.
   * @param progressAt when the node last got anything, of whatever torrent: a busy node is not kept waiting
   */
  stallsAt(node: number, progressAt: number, stallMs: number): number {
    const pupil = this.#pupils.get(node);
    if (!pupil || pupil.isRelaxed || pupil.pending.size > 0) return Number.POSITIVE_INFINITY;
    return Math.max(pupil.joinedAt, progressAt) + stallMs;
  }

  /** The node has waited long enough for what others were told. */
  relax(node: number): void {
    const pupil = this.#pupils.get(node);
    if (pupil) pupil.isRelaxed = true;
  }

  /** Pieces to tell the node now. They count as told. */
  offer(node: number, view: OfferView): number[] {
    const pupil = this.#pupils.get(node);
    if (!pupil) return [];
    const offers: number[] = [];
    while (pupil.pending.size < this.#windowPieces) {
      const piece = this.#takeUntold(pupil, view) ?? this.#takeAny(pupil, view);
      if (piece === undefined) break;
      pupil.told.set(piece);
      pupil.pending.add(piece);
      offers.push(piece);
    }
    const last = offers.length > 0 && view.wantsLastTogether ? this.#lastUntold(pupil) : undefined;
    if (last !== undefined && !view.has.has(last)) {
      pupil.told.set(last);
      pupil.pending.add(last);
      offers.push(last);
    }
    return offers;
  }

  /** The one piece the node was not told of; undefined when there are more, or none. */
  #lastUntold(pupil: Pupil): number | undefined {
    if (pupil.told.count !== this.#pieceCount - 1) return undefined;
    for (let piece = 0; piece < this.#pieceCount; piece++) if (!pupil.told.has(piece)) return piece;
    return undefined;
  }

  #takeUntold(pupil: Pupil, view: OfferView): number | undefined {
    for (let i = this.#untold.length - 1; i >= 0; i--) {
      const piece = this.#untold[i] as number;
      const isSpread = view.availability(piece) > 0;
      if (!isSpread && pupil.told.has(piece)) continue;
      this.#untold.splice(i, 1);
      if (isSpread) continue;
      this.#toldTo[piece] = pupil.node;
      return piece;
    }
    return undefined;
  }

  /** The rarest of what it lacks, once strictness is off for it. */
  #takeAny(pupil: Pupil, view: OfferView): number | undefined {
    if (!pupil.isRelaxed && view.hasOtherSources) return undefined;
    let rarest: number | undefined;
    for (let piece = 0; piece < this.#pieceCount; piece++) {
      if (view.has.has(piece) || pupil.told.has(piece)) continue;
      if (rarest === undefined || view.availability(piece) < view.availability(rarest)) rarest = piece;
    }
    return rarest;
  }
}
