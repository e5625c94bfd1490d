import { invariant } from './errors.ts';

/** A rate limit as a value: tokens are bytes, time is an argument. `Infinity` means no limit. */
export class TokenBucket {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  #tokens: number;
  #filledAt: number;

  /** @param burstBytes what may go out at once after a pause, at least 1; the bucket begins full */
  constructor(bytesPerSecond: number, burstBytes: number, now: number) {
    invariant(bytesPerSecond >= 0 && burstBytes >= 1, 'token bucket');
    this.bytesPerSecond = bytesPerSecond;
    this.burstBytes = burstBytes;
    this.#tokens = burstBytes;
    this.#filledAt = now;
  }

  /** Takes `bytes` even into debt, so that one message larger than the burst still passes. */
  take(bytes: number, now: number): void {
    this.#fill(now);
    this.#tokens -= bytes;
  }

  /** Milliseconds until the bucket is out of debt; 0 when something may be sent now. */
  waitMs(now: number): number {
    if (this.bytesPerSecond === Number.POSITIVE_INFINITY) return 0;
    this.#fill(now);
    return this.#tokens > 0 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.bytesPerSecond);
  }

  #fill(now: number): void {
    const elapsedMs = now - this.#filledAt;
    if (elapsedMs <= 0 || this.bytesPerSecond === Number.POSITIVE_INFINITY) return;
    this.#tokens = Math.min(this.burstBytes, this.#tokens + (elapsedMs * this.bytesPerSecond) / 1000);
    this.#filledAt = now;
  }
}
