/** How fast a fleet that comes back at one moment is let in (threat row 50). Time is an argument (ms). */
import { TokenBucket } from '../../shared/token-bucket.ts';

export interface AdmissionPaceLimits {
  readonly hellosPerSecond: number;
  readonly hellosBurst: number;
  readonly helloWaitMs: number;
}

export class AdmissionPace {
  readonly #bucket: TokenBucket;
  readonly #maxWaitMs: number;

  constructor(limits: AdmissionPaceLimits, now: number) {
    this.#bucket = new TokenBucket(limits.hellosPerSecond, limits.hellosBurst, now);
    this.#maxWaitMs = limits.helloWaitMs;
  }

  /**
   * A hello came. @returns after how many ms it is to be answered; undefined: the line is too long, it is refused and
   * the edge comes again after its own pause
   */
  waitMs(now: number): number | undefined {
    const waitMs = this.#bucket.waitMs(now);
    if (waitMs > this.#maxWaitMs) return undefined;
    this.#bucket.take(1, now);
    return waitMs;
  }
}
