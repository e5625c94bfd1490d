/** A torrent's dealings with its web seed. */
import type { PieceIndex } from '../units.ts';

export interface WebSeedFetch {
  readonly number: number;
  /** That did not come yet. */
  readonly pieces: Set<PieceIndex>;
  readonly forReader: boolean;
  readonly startedAt: number;
  /** Pieces that another node may turn out to have had, and what they took of the budget for races. */
  readonly contested: Map<PieceIndex, number>;
  /** Nodes may be asked for its pieces, too: it takes long. */
  isShared: boolean;
}

export interface WebSeedState {
  /** Undefined while no fetch is under way. */
  fetch: WebSeedFetch | undefined;
  /** What was contested of fetches that are over: whether others had it is known once they have answered. */
  unsettled: { readonly pieces: Map<PieceIndex, number>; readonly until: number } | undefined;
  /** Pieces that were asked of the web seed while nodes had been asked, too; made with the first. */
  raced: Set<PieceIndex> | undefined;
  failures: number;
  retryAt: number;
}

export const NO_FETCH: WebSeedState = {
  fetch: undefined,
  unsettled: undefined,
  raced: undefined,
  failures: 0,
  retryAt: 0,
};
