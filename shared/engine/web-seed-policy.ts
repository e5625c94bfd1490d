/**
 * When to ask the web seed, and for what. Peers come first: each byte from the web seed is one the origin pays
 * for. But a reader must not wait for a swarm that is late, and a torrent must not stand still without one.
 */
import type { Geometry } from '../geometry.ts';
import type { PieceIndex } from '../units.ts';

export interface WebSeedView {
  readonly geometry: Geometry;
  readonly now: number;
  /** Missing pieces that readers wait for, in their order, and until when they are left to peers (hedge.ts). */
  readonly awaited: readonly { readonly piece: PieceIndex; readonly dueAt: number }[];
  /** Some node is linked or being dialled that may give. */
  readonly mayPeersGive: boolean;
  /** The rest of the torrent is wanted too. */
  readonly wantsAll: boolean;
  /** When a peer last gave anything of this torrent, or the torrent was added. */
  readonly lastPeerBlockAt: number;
  /** When a peer last gave anything of any torrent: linked nodes that are busy with others come to this one too. */
  readonly lastAnyBlockAt: number;
  /** Wanted, and not being asked of the web seed; of nobody at all, unless a reader has waited until it was due. */
  isFree(piece: PieceIndex): boolean;
  readonly idleMs: number;
  /** However busy the peers are: a torrent that stood still for so long is fetched. Infinity: never for that. */
  readonly patienceMs: number;
  readonly fetchBytes: number;
  draw(bound: number): number;
}

export type WebSeedDecision =
  | {
      readonly type: 'fetch';
      readonly firstPiece: PieceIndex;
      readonly pieceCount: number;
      readonly forReader: boolean;
    }
  | { readonly type: 'wait'; readonly until: number };

export function decideWebSeed(view: WebSeedView): WebSeedDecision {
  let until = Number.POSITIVE_INFINITY;
  for (const { piece, dueAt } of view.awaited) {
    if (dueAt > view.now) until = Math.min(until, dueAt);
    else if (view.isFree(piece)) return { type: 'fetch', ...runFrom(view, piece), forReader: true };
  }
  if (view.wantsAll) {
    const busyUntil = view.mayPeersGive ? view.lastAnyBlockAt : 0;
    const idleAt = Math.min(
      Math.max(view.lastPeerBlockAt, busyUntil) + view.idleMs,
      view.lastPeerBlockAt + view.patienceMs,
    );
    const piece = idleAt <= view.now ? anyFreePiece(view) : undefined;
    if (piece !== undefined) return { type: 'fetch', ...runFrom(view, piece), forReader: false };
    until = Math.min(until, Math.max(idleAt, view.now + view.idleMs / 4));
  }
  return { type: 'wait', until };
}

/** The free pieces from here on, within one file and one fetch. */
function runFrom(view: WebSeedView, firstPiece: PieceIndex): { firstPiece: PieceIndex; pieceCount: number } {
  const { geometry } = view;
  const file = geometry.fileIndexOf(firstPiece);
  const maxPieces = Math.max(1, Math.floor(view.fetchBytes / geometry.pieceLengthBytes));
  let pieceCount = 1;
  for (; pieceCount < maxPieces; pieceCount++) {
    const next = geometry.pieceIndex(firstPiece + pieceCount);
    if (next === undefined || geometry.fileIndexOf(next) !== file || !view.isFree(next)) break;
  }
  return { firstPiece, pieceCount };
}

/** A random one, so that edges that all stand still do not all fetch the same. */
function anyFreePiece(view: WebSeedView): PieceIndex | undefined {
  const { pieceCount } = view.geometry;
  const start = view.draw(pieceCount);
  for (let i = 0; i < pieceCount; i++) {
    const piece = ((start + i) % pieceCount) as PieceIndex;
    if (view.isFree(piece)) return piece;
  }
  return undefined;
}
