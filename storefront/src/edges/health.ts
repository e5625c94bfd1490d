/**
 * What this browser knows about one edge. Two kinds of evidence: probes (small requests with timing) and images.
 * A failed probe keeps an edge out until a probe succeeds. A failed image keeps it out for a while *and* until a
 * probe succeeds: an edge may answer probes and still lack its disk.
 */
export interface EdgeHealth {
  /** Smoothed time of a probe; null before the first that succeeded. */
  readonly latencyMs: number | null;
  readonly probe: 'none' | 'ok' | 'failed';
  /** When the last probe ended, Unix ms; 0 before the first. */
  readonly probedAtMs: number;
  /** Images that failed since the last that came, counted once per time of avoidance. */
  readonly imageFailures: number;
  readonly avoidUntilMs: number;
}

export type ProbeResult = { readonly ok: true; readonly latencyMs: number } | { readonly ok: false };

export const UNKNOWN_HEALTH: EdgeHealth = {
  latencyMs: null,
  probe: 'none',
  probedAtMs: 0,
  imageFailures: 0,
  avoidUntilMs: 0,
};

/**
 * A faster probe counts at once: what made the ones before slow (a new connection, a busy page) was not the way to
 * the edge. A slower one counts by this weight, so that one slow answer does not move images.
 */
const SLOWER_WEIGHT = 0.3;
const AVOID_FIRST_MS = 5_000;
const AVOID_LONGEST_MS = 60_000;

export function afterProbe(health: EdgeHealth, result: ProbeResult, nowMs: number): EdgeHealth {
  if (!result.ok) return { ...health, probe: 'failed', probedAtMs: nowMs };
  const before = health.latencyMs ?? result.latencyMs;
  const latencyMs = Math.min(result.latencyMs, before + SLOWER_WEIGHT * (result.latencyMs - before));
  return { ...health, latencyMs, probe: 'ok', probedAtMs: nowMs };
}

export function afterImageLoaded(health: EdgeHealth): EdgeHealth {
  return health.imageFailures === 0 ? health : { ...health, imageFailures: 0 };
}

/** All images of a page fail at once when their edge dies: that is one failure, not twenty. */
export function afterImageFailure(health: EdgeHealth, nowMs: number): EdgeHealth {
  if (nowMs < health.avoidUntilMs) return health;
  const imageFailures = health.imageFailures + 1;
  const avoidMs = Math.min(AVOID_FIRST_MS * 2 ** (imageFailures - 1), AVOID_LONGEST_MS);
  const probe = health.probe === 'failed' ? 'failed' : 'none';
  return { ...health, imageFailures, probe, avoidUntilMs: nowMs + avoidMs };
}

export function isAvoided(health: EdgeHealth, nowMs: number): boolean {
  if (nowMs < health.avoidUntilMs || health.probe === 'failed') return true;
  return health.imageFailures > 0 && health.probe === 'none';
}
