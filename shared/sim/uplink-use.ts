/** What an uplink carried, and when it was busy. */
import { TURN_BYTES } from './pipe.ts';

export const BUCKET_MS = 250;

export class UplinkUse {
  /** Bytes that left, headers and small messages among them. */
  sentBytes = 0;
  busyMs = 0;
  firstBulkAt = Number.POSITIVE_INFINITY;
  /** Turns that found a full queue. */
  drops = 0;
  /** Busy ms of the uplink per bucket of {@link BUCKET_MS}. */
  readonly busyBuckets: number[] = [];

  /** From `now` on so many bytes leave, for so long. */
  note(now: number, bytes: number, durationMs: number): void {
    this.sentBytes += bytes;
    this.busyMs += durationMs;
    if (bytes >= TURN_BYTES / 2) this.firstBulkAt = Math.min(this.firstBulkAt, now);
    let [from, left] = [now, durationMs];
    while (left > 0) {
      const bucket = Math.floor(from / BUCKET_MS);
      const part = Math.min(left, (bucket + 1) * BUCKET_MS - from);
      this.busyBuckets[bucket] = (this.busyBuckets[bucket] ?? 0) + part;
      from = (bucket + 1) * BUCKET_MS;
      left -= part;
    }
  }
}
