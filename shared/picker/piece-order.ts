/**
 * In which order a link asks for pieces: policies, plain values in, a level out. Lower levels come first, ties are broken
 * at random (candidates.ts).
 */
import { MAX_LEVEL } from './candidates.ts';

/** A torrent, as far as the order of its pieces goes. */
export interface OrderedPieces {
  readonly held: { readonly count: number; readonly size: number };
  /** How many connected nodes have a piece. */
  readonly picker: { availability(piece: number): number };
}

/** @returns 0 to {@link MAX_LEVEL} */
export type PieceOrder = (torrent: OrderedPieces, piece: number) => number;

/**
 * Random first piece, then the rarest (Cohen, "Incentives Build Robustness in BitTorrent", 2003, section 2.4): a torrent
 * of which we have nothing yet is of use to others with any piece, and all the sooner if it is not the one that everybody
 * fetches.
 */
export const rarestFirst: PieceOrder = ({ held, picker }, piece) =>
  held.count === 0 ? 1 : Math.min(picker.availability(piece), MAX_LEVEL);

/** From the first to the last, as a player of a film would like it; of many pieces some share a level. */
export const inOrder: PieceOrder = ({ held }, piece) => 1 + Math.floor((piece * MAX_LEVEL) / held.size);

export const anyPiece: PieceOrder = () => 1;
