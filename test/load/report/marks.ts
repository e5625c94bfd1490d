/** What the design promises of a scenario, beside what was measured. */
import type { LoadResult } from '../result.ts';
import { ratiosOfSameTraffic, ratioText } from './ratios.ts';
import { type ModeSummary, summaryOf } from './summary.ts';

export interface Mark {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly isMet: boolean;
}

const two = (value: number): string => value.toFixed(2);

/** None for scenarios that the design says nothing of, and for a part of one: it promises of the whole. */
export function marksOf({ scenario, edges, modes, isPartial }: LoadResult): readonly Mark[] {
  if (isPartial) return [];
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
  if (modes.length < 2) return [];
  return (['p50', 'p95'] as const).map((figure) => {
    const sorted = [...modes].sort((a, b) => a[`${figure}Ms`] - b[`${figure}Ms`]);
    const [fastest, slowest] = [sorted[0]!, sorted.at(-1)!];
    const ratios = ratiosOfSameTraffic(fastest.result, slowest.result);
    const ratio = slowest[`${figure}Ms`] / fastest[`${figure}Ms`];
    return {
      what: `${figure} of image time, ${slowest.result.mode} (slowest) over ${fastest.result.mode} (fastest)`,
      wanted: `at most ${STEADY_TOLERANCE}`,
      measured: ratioText({ ...ratios.find((one) => one.figure === figure)!, ratio }),
      isMet: ratio <= STEADY_TOLERANCE,
    };
  });
}
