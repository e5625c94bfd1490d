/** Which edges to probe, and when again. */
import { isAvoided } from './health.ts';
import type { KnownEdge } from './known-edge.ts';

/** Each shopper probes a handful per round, however large the fleet is. */
const PROBES_PER_ROUND = 8;

/** Those in doubt first (never probed, failed, or failed an image), then those not asked for longest. */
export function edgesToProbe(edges: readonly KnownEdge[], limit = PROBES_PER_ROUND): KnownEdge[] {
  const inDoubt = (edge: KnownEdge) => (edge.health.probe === 'ok' ? 1 : 0);
  return [...edges]
    .sort((a, b) => inDoubt(a) - inDoubt(b) || a.health.probedAtMs - b.health.probedAtMs)
    .slice(0, limit);
}

export const REFRESH_MS = 10_000;
/** While no edge can be used, each second without one is a second of the origin's, or of no images at all. */
const NO_EDGE_REFRESH_MS = 2_000;
/** Refreshes of many shoppers must not fall into step. */
const REFRESH_JITTER_MS = 2_000;

/** @param chance from 0 to 1 */
export function refreshPauseMs(edges: readonly KnownEdge[], nowMs: number, chance: number): number {
  const hasNone = edges.length > 0 && edges.every(({ health }) => isAvoided(health, nowMs));
  return hasNone ? NO_EDGE_REFRESH_MS : REFRESH_MS + chance * REFRESH_JITTER_MS;
}
