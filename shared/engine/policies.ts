/**
 * Decisions that can be swapped, as plain functions: what an engine does unless it is told otherwise, and what the labs
 * switch to see what each is for (docs/labs).
 */
import { type Ranking, titForTat } from '../choker/ranking.ts';
import { comesAfter, type Standing } from '../choker/standing.ts';
import { type PieceOrder, rarestFirst } from '../picker/piece-order.ts';

export interface EnginePolicies {
  /** Which piece a link is asked for next, after what readers wait for and what was begun. */
  readonly pieceOrder: PieceOrder;
  /** Who gets our slots while we want something ourselves. */
  readonly leechRanking: Ranking;
  /** Who is served on our uplink when the others are not. */
  readonly isServedAfter: (standing: Standing) => boolean;
  /** One of the slots goes to a node drawn at random (BEP 3). */
  readonly hasOptimisticSlot: boolean;
}

export const defaultPolicies: EnginePolicies = {
  pieceOrder: rarestFirst,
  leechRanking: titForTat,
  isServedAfter: comesAfter,
  hasOptimisticSlot: true,
};
