/** What records name must have appeared before: a picture may then take every index at its word. */
import type { TraceRecord } from './record.ts';

/** Most of what a picture keeps an entry for; a log that names more is no log of ours. */
export const MOST = { nodes: 2_000, sets: 20_000, links: 1_000_000, pieces: 1_000_000 } as const;

interface KnownSet {
  readonly pieceCount: number;
}

export class KnownIndexes {
  #nodeCount = 0;
  #linkCount = 0;
  readonly #sets: KnownSet[] = [];
  /** By link: whose end it is. */
  readonly #owners: number[] = [];

  /** Takes new indexes in. @returns whether the record names only what is there, and counts up by one */
  admits(record: TraceRecord): boolean {
    switch (record.type) {
      case 'node':
        return record.node === this.#nodeCount && this.#nodeCount++ < MOST.nodes;
      case 'set':
        if (record.set !== this.#sets.length || record.set >= MOST.sets || !isWhole(record)) return false;
        this.#sets.push({ pieceCount: record.pieceCount });
        return true;
      case 'linkOpened':
        if (record.link !== this.#linkCount || record.link >= MOST.links || !this.#hasNode(record.node))
          return false;
        this.#linkCount++;
        this.#owners.push(record.node);
        return true;
      default:
        return this.#knows(record);
    }
  }

  #knows(record: TraceRecord): boolean {
    const { node, link, set, piece, peer } = record as Partial<
      Record<'node' | 'link' | 'set' | 'piece' | 'peer', number>
    >;
    if (node !== undefined && !this.#hasNode(node)) return false;
    if (peer !== undefined && !this.#hasNode(peer)) return false;
    if (link !== undefined && this.#owners[link] !== node) return false;
    if (record.type === 'chokingRound' && !record.ranking.every((ranked) => this.#hasNode(ranked.peer)))
      return false;
    if (set === undefined) return true;
    const known = this.#sets[set];
    if (known === undefined || (piece !== undefined && piece >= known.pieceCount)) return false;
    return holds(record, known.pieceCount);
  }

  #hasNode(node: number): boolean {
    return node < this.#nodeCount;
  }
}

/** Pieces that a record tells of are pieces of the set. */
function holds(record: TraceRecord, pieceCount: number): boolean {
  if (record.type === 'wanted') return record.pieces.every((piece) => piece < pieceCount);
  if (record.type === 'webSeedAsked') return record.piece + record.count <= pieceCount;
  if (record.type !== 'joined' || record.held === 'all' || record.held === 'none') return true;
  return record.held.length === 2 * Math.ceil(pieceCount / 8);
}

function isWhole({ pieceCount, files }: Extract<TraceRecord, { type: 'set' }>): boolean {
  if (pieceCount > MOST.pieces) return false;
  return files.every((file) => file.firstPiece + file.pieceCount <= pieceCount);
}
