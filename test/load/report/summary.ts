/** From what was seen to what is said. */
import { percentileOf, sortedNumbers } from '../../support/percentile.ts';
import type { LoadResult, ModeResult } from '../result.ts';

export interface ModeSummary {
  readonly result: ModeResult;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly originMegabytes: number;
}

export function summaryOf(result: ModeResult): ModeSummary {
  const sorted = sortedNumbers(result.totalMs);
  return {
    result,
    p50Ms: percentileOf(sorted, 0.5),
    p95Ms: percentileOf(sorted, 0.95),
    p99Ms: percentileOf(sorted, 0.99),
    p999Ms: percentileOf(sorted, 0.999),
    originMegabytes: originTotal(result) / 1e6,
  };
}

export function originTotal({ originBytes }: ModeResult): number {
  if (originBytes === null) return Number.NaN;
  return originBytes.toPeers + originBytes.toNodesHttp + originBytes.toShoppers;
}

/** A loop that ran later than this for one event of a hundred did not follow what it was to measure. */
const TOO_LATE_MS = 20;

/** Modes whose times say more about the machine than about Shoal. */
export function busyModes({ modes }: LoadResult): readonly string[] {
  return modes
    .filter(({ lateMs }) => Math.max(lateMs.driver, lateMs.links ?? 0) > TOO_LATE_MS)
    .map(({ mode }) => mode);
}
