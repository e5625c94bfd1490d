/** From what was seen to what is said: percentiles, marks, and who lost to whom. */
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

export interface Mark {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly isMet: boolean;
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

const two = (value: number): string => value.toFixed(2);

/** What the design promises of a scenario; none for those that it says nothing of. */
export function marksOf({ scenario, edges, modes }: LoadResult): readonly Mark[] {
  const of = (mode: string) => {
    const result = modes.find((one) => one.mode === mode);
    return result && summaryOf(result);
  };
  const [origin, pull, swarm] = [of('origin'), of('pull'), of('swarm')];
  if (scenario === 'flash-sale') return flashMarks(edges, origin, pull, swarm);
  if (scenario === 'steady-browse')
    return steadyMarks([origin, pull, swarm].filter((one) => one !== undefined));
  return [];
}

/** Heads, .torrent files and the feed come on top. */
const PULL_TOLERANCE = 0.2;

function flashMarks(edges: number, origin?: ModeSummary, pull?: ModeSummary, swarm?: ModeSummary): Mark[] {
  const marks: Mark[] = [];
  const copies = (mode: ModeSummary | undefined) => mode?.result.copies ?? Number.NaN;
  if (swarm)
    marks.push({
      what: 'origin egress in swarm, copies',
      wanted: 'at most 1.15',
      measured: two(copies(swarm)),
      isMet: copies(swarm) <= 1.15,
    });
  const each = pull?.result.wantedCopies ?? Number.NaN;
  if (pull)
    marks.push({
      what: 'origin egress in pull, copies',
      wanted: `about ${two(each)}, one for each of ${edges} edges that wanted it`,
      measured: two(copies(pull)),
      isMet: Math.abs(copies(pull) / each - 1) <= PULL_TOLERANCE,
    });
  const times = (other: ModeSummary | undefined, name: string, least: number) => {
    if (!other || !swarm) return;
    const ratio = other.p95Ms / swarm.p95Ms;
    marks.push({
      what: `p95 of image time, ${name} over swarm`,
      wanted: `at least ${least}`,
      measured: two(ratio),
      isMet: ratio >= least,
    });
  };
  times(pull, 'pull', 3);
  times(origin, 'origin', 5);
  return marks;
}

/** How far from the best a mode may be. */
const STEADY_TOLERANCE = 1.05;

function steadyMarks(modes: readonly ModeSummary[]): Mark[] {
  return (['p50Ms', 'p95Ms'] as const).map((figure) => {
    const times = modes.map((mode) => mode[figure]);
    const ratio = Math.max(...times) / Math.min(...times);
    return {
      what: `${figure === 'p50Ms' ? 'p50' : 'p95'} of image time, slowest mode over fastest`,
      wanted: `at most ${STEADY_TOLERANCE}`,
      measured: two(ratio),
      isMet: ratio <= STEADY_TOLERANCE,
    };
  });
}

/** More than this is a loss worth a line; less is noise of a run. */
const WORSE_BY = 1.05;

/** Where swarm is worse than pull or origin, in words. */
export function lossesOf({ modes }: LoadResult): readonly string[] {
  const swarm = modes.find(({ mode }) => mode === 'swarm');
  if (!swarm) return [];
  const own = summaryOf(swarm);
  return modes
    .filter((mode) => mode !== swarm)
    .flatMap((mode) => {
      const other = summaryOf(mode);
      return [...slower(own, other), ...costlier(own, other)];
    });
}

function slower(own: ModeSummary, other: ModeSummary): string[] {
  const figures = [
    ['half of all images', 'p50Ms'],
    ['the slowest 5 % of images', 'p95Ms'],
    ['the slowest 1 % of images', 'p99Ms'],
    ['the slowest 0.1 % of images', 'p999Ms'],
  ] as const;
  return figures
    .filter(([, figure]) => own[figure] > other[figure] * WORSE_BY)
    .map(
      ([what, figure]) =>
        `swarm is slower than ${other.result.mode} for ${what}: ${own[figure].toFixed(0)} ms, not ${other[figure].toFixed(0)}`,
    );
}

function costlier(own: ModeSummary, other: ModeSummary): string[] {
  const losses: string[] = [];
  const name = other.result.mode;
  if (own.originMegabytes > other.originMegabytes * WORSE_BY)
    losses.push(
      `the origin sends more in swarm than in ${name}: ${own.originMegabytes.toFixed(1)} MB, not ${other.originMegabytes.toFixed(1)}`,
    );
  const failed = ({ result }: ModeSummary) => result.counts.failed + result.counts.wrong;
  if (failed(own) > failed(other))
    losses.push(`more requests fail in swarm than in ${name}: ${failed(own)}, not ${failed(other)}`);
  const cpu = ({ result: { cpuSeconds } }: ModeSummary) =>
    cpuSeconds ? cpuSeconds.origin + cpuSeconds.edges : 0;
  if (cpu(own) > cpu(other) * WORSE_BY)
    losses.push(
      `the nodes use more CPU in swarm than in ${name}: ${cpu(own).toFixed(1)} s, not ${cpu(other).toFixed(1)}`,
    );
  return losses;
}

/** A loop that ran later than this for one event of a hundred did not follow what it was to measure. */
const TOO_LATE_MS = 20;

/** Modes whose times say more about the machine than about Shoal. */
export function busyModes({ modes }: LoadResult): readonly string[] {
  return modes
    .filter(({ lateMs }) => Math.max(lateMs.driver, lateMs.links ?? 0) > TOO_LATE_MS)
    .map(({ mode }) => mode);
}
