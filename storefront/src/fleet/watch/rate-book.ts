/** How fast edges take and give: the difference of two answers over the time between them. */
import type { EdgeFigures } from './parse-fleet.ts';

export interface Rates {
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
}

/** A minute, at an answer a second. */
const KEPT = 60;
const NOTHING: Rates = { downBytesPerSecond: 0, upBytesPerSecond: 0 };

interface Seen {
  readonly atMs: number;
  readonly downBytes: number;
  readonly upBytes: number;
  readonly rates: readonly Rates[];
}

export class RateBook {
  readonly #seen = new Map<string, Seen>();

  /** @returns the rates of the last minute, the newest last; empty before the second answer */
  note(name: string, figures: EdgeFigures | undefined, atMs: number): readonly Rates[] {
    const before = this.#seen.get(name);
    if (figures === undefined) {
      this.#seen.delete(name);
      return [];
    }
    const downBytes = figures.fromPeersBytes + figures.fromOriginBytes;
    const upBytes = figures.uploadedBytes;
    // The same answer again says nothing of the time since.
    if (before !== undefined && atMs === before.atMs) return before.rates;
    const rates =
      before === undefined ? [] : [...before.rates, between(before, { atMs, downBytes, upBytes })];
    const kept = rates.slice(-KEPT);
    this.#seen.set(name, { atMs, downBytes, upBytes, rates: kept });
    return kept;
  }
}

/** Counters begin at 0 in each life of an edge, and so does the clock in each life of the demo. */
function between(before: Seen, now: Omit<Seen, 'rates'>): Rates {
  const seconds = (now.atMs - before.atMs) / 1000;
  if (seconds <= 0 || now.downBytes < before.downBytes || now.upBytes < before.upBytes) return NOTHING;
  return {
    downBytesPerSecond: (now.downBytes - before.downBytes) / seconds,
    upBytesPerSecond: (now.upBytes - before.upBytes) / seconds,
  };
}
