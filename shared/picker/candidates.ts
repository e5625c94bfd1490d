/**
 * Pieces that one link may be asked for next, over all its channels, rarest first: one bucket per level, and a level
 * is how many nodes have the piece. A piece that became rarer is put in again at its new level; one that became more
 * common is moved when it comes up: so a HAVE costs the same however many torrents, pieces and channels there are.
 * Taking costs the same on average, ties are broken at random, and who takes looks whether the piece may still be had.
 */

/** A channel, as far as its link's candidates know it. */
export interface CandidateOwner {
  readonly pieceCount: number;
  /** The level each piece stands at, {@link NOT_QUEUED} for none; undefined while none does. */
  queuedAt: Uint8Array | undefined;
  queuedCount: number;
}

export interface Candidate<Owner> {
  readonly owner: Owner;
  readonly piece: number;
  readonly level: number;
}

/** Before all others: pieces that somebody began and left. */
export const BEGUN_LEVEL = 0;
export const MAX_LEVEL = 254;
const NOT_QUEUED = 255;
/** Entries left behind may be so many before they are swept out. */
const SPARE_ENTRIES = 256;

interface Bucket<Owner> {
  readonly owners: Owner[];
  readonly pieces: number[];
}

export class Candidates<Owner extends CandidateOwner> {
  readonly #buckets: (Bucket<Owner> | undefined)[] = [];
  /** Entries in buckets, those that were left behind among them. */
  #entryCount = 0;
  #count = 0;
  #lowest = 0;

  /** Pieces that stand here. */
  get count(): number {
    return this.#count;
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  /** Puts the piece in, or moves it to a lower level; a piece that stands lower already stays there. */
  add(owner: Owner, piece: number, level: number): void {
    owner.queuedAt ??= new Uint8Array(owner.pieceCount).fill(NOT_QUEUED);
    const at = Math.min(level, MAX_LEVEL);
    const standing = owner.queuedAt[piece] as number;
    if (standing <= at) return;
    if (standing === NOT_QUEUED) {
      owner.queuedCount++;
      this.#count++;
    }
    owner.queuedAt[piece] = at;
    this.#push(owner, piece, at);
    this.#sweep();
  }

  /** Takes one of the lowest level out, drawn at random; undefined when there is none. */
  take(draw: (bound: number) => number): Candidate<Owner> | undefined {
    for (; this.#lowest < this.#buckets.length; this.#lowest++) {
      const bucket = this.#buckets[this.#lowest];
      while (bucket && bucket.pieces.length > 0) {
        const taken = this.#takeFrom(bucket, draw(bucket.pieces.length), this.#lowest);
        if (taken) return taken;
      }
    }
    return undefined;
  }

  /** The channel is closed: none of its pieces stands here any more. */
  drop(owner: Owner): void {
    this.#count -= owner.queuedCount;
    owner.queuedCount = 0;
    owner.queuedAt = undefined;
    this.#sweep();
  }

  #push(owner: Owner, piece: number, level: number): void {
    let bucket = this.#buckets[level];
    if (!bucket) {
      while (this.#buckets.length < level) this.#buckets.push(undefined);
      bucket = { owners: [], pieces: [] };
      this.#buckets[level] = bucket;
    }
    bucket.owners.push(owner);
    bucket.pieces.push(piece);
    this.#entryCount++;
    this.#lowest = Math.min(this.#lowest, level);
  }

  /** @returns undefined for an entry that was left behind */
  #takeFrom(bucket: Bucket<Owner>, at: number, level: number): Candidate<Owner> | undefined {
    const owner = bucket.owners[at] as Owner;
    const piece = bucket.pieces[at] as number;
    const lastOwner = bucket.owners.pop() as Owner;
    const lastPiece = bucket.pieces.pop() as number;
    if (at < bucket.pieces.length) {
      bucket.owners[at] = lastOwner;
      bucket.pieces[at] = lastPiece;
    }
    this.#entryCount--;
    if (owner.queuedAt?.[piece] !== level) return undefined;
    owner.queuedAt[piece] = NOT_QUEUED;
    owner.queuedCount--;
    this.#count--;
    return { owner, piece, level };
  }

  /** What was left behind is thrown out once it is more than what stands: each entry is looked at twice at most. */
  #sweep(): void {
    if (this.#entryCount <= 2 * this.#count + SPARE_ENTRIES) return;
    this.#entryCount = 0;
    const seen = new Map<Owner, Set<number>>();
    this.#buckets.forEach((bucket, level) => {
      if (bucket) this.#entryCount += sweepBucket(bucket, level, seen);
    });
  }
}

/** @returns how many stay: of a piece that stands twice at its level, one */
function sweepBucket<Owner extends CandidateOwner>(
  { owners, pieces }: Bucket<Owner>,
  level: number,
  seen: Map<Owner, Set<number>>,
): number {
  let kept = 0;
  for (let at = 0; at < pieces.length; at++) {
    const owner = owners[at] as Owner;
    const piece = pieces[at] as number;
    if (owner.queuedAt?.[piece] !== level) continue;
    const pieceSeen = seen.get(owner) ?? new Set();
    if (pieceSeen.has(piece)) continue;
    seen.set(owner, pieceSeen.add(piece));
    owners[kept] = owner;
    pieces[kept] = piece;
    kept++;
  }
  owners.length = kept;
  pieces.length = kept;
  return kept;
}
