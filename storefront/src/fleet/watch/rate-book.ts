/**
 * How fast edges take and give: the difference of two answers over the time between them. An edge tells its origin of
 * itself every so often: what is asked more often is the same until then, and then has all the bytes of that time.
 */
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
  /** When the bytes were others than before. */
  readonly changedAtMs: number;
}

export class RateBook {
  readonly #seen = new Map<string, Seen>();

  /**
   * @param toldEveryMs how often what is asked knows of news; 0: each time
   * @returns the rates of the last minute, the newest last; empty before the second answer
   */
  note(name: string, figures: EdgeFigures | undefined, atMs: number, toldEveryMs = 0): readonly Rates[] {
    const before = this.#seen.get(name);
    if (figures === undefined) {
      this.#seen.delete(name);
      return [];
    }
    const downBytes = figures.fromPeersBytes + figures.fromOriginBytes;
    const upBytes = figures.uploadedBytes;
    // The same answer again says nothing of the time since.
    if (before !== undefined && atMs === before.atMs) return before.rates;
    const now = { atMs, downBytes, upBytes };
    const isSame = before?.downBytes === downBytes && before.upBytes === upBytes;
    const changedAtMs = isSame ? before.changedAtMs : atMs;
    const rates = before === undefined ? [] : [...before.rates, newest(before, now, toldEveryMs)];
    const kept = rates.slice(-KEPT);
    this.#seen.set(name, { ...now, changedAtMs, rates: kept });
    return kept;
  }
}

type Counts = Pick<Seen, 'atMs' | 'downBytes' | 'upBytes'>;

function newest(before: Seen, now: Counts, toldEveryMs: number): Rates {
  const isSame = now.downBytes === before.downBytes && now.upBytes === before.upBytes;
  // No news may be no report. The first answer of all is no change.
  if (isSame && now.atMs - before.changedAtMs < toldEveryMs) return before.rates.at(-1) ?? NOTHING;
  return between(before, now, toldEveryMs);
}

/** Counters begin at 0 in each life of an edge, and so does the clock in each life of the demo. */
function between(before: Counts, now: Counts, toldEveryMs: number): Rates {
  const passedMs = now.atMs - before.atMs;
  const seconds = Math.max(passedMs, toldEveryMs) / 1000;
  if (passedMs <= 0 || now.downBytes < before.downBytes || now.upBytes < before.upBytes) return NOTHING;
  return {
    downBytesPerSecond: (now.downBytes - before.downBytes) / seconds,
    upBytesPerSecond: (now.upBytes - before.upBytes) / seconds,
  };
}
