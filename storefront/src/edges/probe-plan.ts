/** Which edges to probe now. */
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
