/**
 * How many frames that cost the sender nothing one HTTP/2 session may send (threat row 48): streams that are reset
 * (CVE-2023-44487, CVE-2025-8671), PING and SETTINGS (CVE-2019-9512, -9515).
 */
import { TokenBucket } from '../../token-bucket.ts';

/** A browser that leaves a long page resets what it was waiting for, a hundred images at most, now and then. */
const RESETS = { perSecond: 20, burst: 400 };
/** Browsers measure the path with a few PINGs and send SETTINGS once. */
const CONTROLS = { perSecond: 5, burst: 100 };

export class FrameBudget {
  readonly #buckets: Readonly<Record<'reset' | 'control', TokenBucket>>;

  constructor(nowMs: number) {
    this.#buckets = {
      reset: new TokenBucket(RESETS.perSecond, RESETS.burst, nowMs),
      control: new TokenBucket(CONTROLS.perSecond, CONTROLS.burst, nowMs),
    };
  }

  /** @returns false when it is used up: the session should end */
  spend(kind: 'reset' | 'control', nowMs: number): boolean {
    const bucket = this.#buckets[kind];
    if (bucket.waitMs(nowMs) > 0) return false;
    bucket.take(1, nowMs);
    return true;
  }
}
