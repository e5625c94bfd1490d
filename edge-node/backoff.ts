/** When to try again. Full jitter spreads a fleet that lost its origin at the same moment (threat row 50). */
import type { Random } from '../shared/random.ts';

export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Uniform in [0, min(cap, base * 2^attempt)).
 * @param attempt failures so far in a row, 0 for the first retry
 */
export function fullJitterMs(attempt: number, limits: BackoffLimits, random: Random): number {
  // The exponent is bounded so that a week of failures does not reach Infinity * 0.
  const ceilingMs = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt, 30));
  return random.fraction() * ceilingMs;
}
