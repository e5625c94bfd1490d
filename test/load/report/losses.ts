/** Where swarm is worse than another mode. */
import type { LoadResult } from '../result.ts';
import { type ModeSummary, summaryOf } from './summary.ts';

/** More than this is a loss worth a line; less is noise of a run. */
const WORSE_BY = 1.05;

export interface Loss {
  /** In a word, as tables name it. */
  readonly figure: string;
  /** The mode that is better. */
  readonly to: string;
  /** In a sentence. */
  readonly text: string;
}

const TIMES = [
  ['p50', 'p50Ms', 'half of all images'],
  ['p95', 'p95Ms', 'the slowest 5 % of images'],
  ['p99', 'p99Ms', 'the slowest 1 % of images'],
  ['p99.9', 'p999Ms', 'the slowest 0.1 % of images'],
] as const;
type TimeFigure = (typeof TIMES)[number][1];

export function lossesOf({ modes }: LoadResult): readonly Loss[] {
  const swarm = modes.find(({ mode }) => mode === 'swarm');
  if (!swarm) return [];
  const own = summaryOf(swarm);
  return modes
    .filter((mode) => mode !== swarm)
    .map(summaryOf)
    .flatMap((other) => [...slower(own, other), ...costlier(own, other)]);
}

export const slowerThan = (own: ModeSummary, other: ModeSummary, figure: TimeFigure): boolean =>
  own[figure] > other[figure] * WORSE_BY;

function slower(own: ModeSummary, other: ModeSummary): Loss[] {
  const to = other.result.mode;
  const ms = (mode: ModeSummary, figure: TimeFigure) => mode[figure].toFixed(0);
  return TIMES.filter(([, figure]) => slowerThan(own, other, figure)).map(([name, figure, what]) => ({
    figure: name,
    to,
    text: `swarm is slower than ${to} for ${what}: ${ms(own, figure)} ms, not ${ms(other, figure)}`,
  }));
}

function costlier(own: ModeSummary, other: ModeSummary): Loss[] {
  const to = other.result.mode;
  const losses: Loss[] = [];
  const told = (figure: string, what: string, [mine, others]: readonly [string, string]) =>
    losses.push({ figure, to, text: `${what} in swarm than in ${to}: ${mine}, not ${others}` });
  const sent = ({ originMegabytes }: ModeSummary) => originMegabytes;
  if (sent(own) > sent(other) * WORSE_BY)
    told('origin', 'the origin sends more', [`${sent(own).toFixed(1)} MB`, sent(other).toFixed(1)]);
  const failed = ({ result }: ModeSummary) => result.counts.failed + result.counts.wrong;
  if (failed(own) > failed(other))
    told('failures', 'more requests fail', [`${failed(own)}`, `${failed(other)}`]);
  const cpu = ({ result: { cpuSeconds } }: ModeSummary) =>
    cpuSeconds ? cpuSeconds.origin + cpuSeconds.edges : 0;
  if (cpu(own) > cpu(other) * WORSE_BY)
    told('CPU', 'the nodes use more CPU', [`${cpu(own).toFixed(1)} s`, cpu(other).toFixed(1)]);
  return losses;
}
