/**
 * How much slower one is than another, with an interval: visits are drawn again with replacement (a bootstrap over whole
 * visits, since images of one page are not independent); the middle 95 % of what those draws give is said beside the figure.
 * With the same traffic the same visitors are drawn of both, so that what a visit is like falls out of the ratio.
 */
import { type Random, seededRandom } from '../../../shared/random.ts';
import { percentileOf, sortedNumbers } from '../../support/percentile.ts';
import type { ModeResult } from '../result.ts';

const DRAWS = 500;
export const FIGURES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;
const PARTS = FIGURES.map(([, part]) => part);

export interface Ratio {
  /** `p50` and so on; `each`: the median of each image's own ratio. */
  readonly figure: (typeof FIGURES)[number][0] | 'each';
  /** Second over first. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Of runs with traffic of their own. */
export function ratiosApart(first: ModeResult, second: ModeResult): readonly Ratio[] {
  const [one, other] = [timesOf(first), timesOf(second)];
  return figureRatios((random) => [
    percentilesOf(one, PARTS, drawn(one.visitors, random)),
    percentilesOf(other, PARTS, drawn(other.visitors, random)),
  ]);
}

/** Of runs with the same traffic: what only one has seen the end of counts for nothing. */
export function ratiosOfSameTraffic(first: ModeResult, second: ModeResult): readonly Ratio[] {
  const inBoth = new Set(second.requests);
  const before = new Map<number, number>();
  first.requests.forEach((request, at) => {
    if (inBoth.has(request)) before.set(request, at);
  });
  const [one, other, each]: [Timed[], Timed[], Timed[]] = [[], [], []];
  second.requests.forEach((request, at) => {
    const place = before.get(request);
    if (place === undefined) return;
    const visitor = second.visitors[at] as number;
    const [was, is] = [first.totalMs[place] as number, second.totalMs[at] as number];
    one.push({ visitor, value: was });
    other.push({ visitor, value: is });
    each.push({ visitor, value: is / was });
  });
  const [samples, ratios] = [[sampleOf(one), sampleOf(other)] as const, sampleOf(each)];
  const figures = figureRatios((random) => {
    const times = drawn(samples[0].visitors, random);
    return [percentilesOf(samples[0], PARTS, times), percentilesOf(samples[1], PARTS, times)];
  });
  const medians = withDraws((random) => percentilesOf(ratios, [0.5], drawn(ratios.visitors, random)));
  return [...figures, { figure: 'each', ...rangeOf(medians, 0) }];
}

interface Timed {
  readonly visitor: number;
  readonly value: number;
}

interface Sample {
  /** From the least value. */
  readonly sorted: readonly Timed[];
  /** Each once. */
  readonly visitors: readonly number[];
}

/** How often each visitor counts; undefined: each once. */
type Counts = ReadonlyMap<number, number> | undefined;

const timesOf = ({ visitors, totalMs }: ModeResult): Sample =>
  sampleOf(visitors.map((visitor, at) => ({ visitor, value: totalMs[at] as number })));

function sampleOf(values: readonly Timed[]): Sample {
  return {
    sorted: [...values].sort((a, b) => a.value - b.value),
    visitors: [...new Set(values.map(({ visitor }) => visitor))].sort((a, b) => a - b),
  };
}

function figureRatios(draw: (random: Random | undefined) => readonly [number[], number[]]): Ratio[] {
  const ratios = withDraws((random) => {
    const [before, after] = draw(random);
    return after.map((value, place) => value / (before[place] as number));
  });
  return FIGURES.map(([figure], place) => ({ figure, ...rangeOf(ratios, place) }));
}

/** What it gives for all, and then what it gives for each draw. */
function withDraws(of: (random: Random | undefined) => number[]): readonly number[][] {
  const random = seededRandom(1);
  return [of(undefined), ...Array.from({ length: DRAWS }, () => of(random))];
}

function rangeOf([all, ...draws]: readonly number[][], place: number): Omit<Ratio, 'figure'> {
  const sorted = sortedNumbers(draws.map((values) => values[place] as number));
  const [low, high] = [percentileOf(sorted, 0.025), percentileOf(sorted, 0.975)];
  return { ratio: all?.[place] ?? Number.NaN, low, high };
}

function drawn(visitors: readonly number[], random: Random | undefined): Counts {
  if (random === undefined) return undefined;
  const counts = new Map<number, number>();
  for (let left = visitors.length; left > 0; left--) {
    const visitor = visitors[random.integer(visitors.length)] as number;
    counts.set(visitor, (counts.get(visitor) ?? 0) + 1);
  }
  return counts;
}

/** Nearest rank, as everywhere. */
function percentilesOf({ sorted }: Sample, parts: readonly number[], counts: Counts): number[] {
  const countOf = ({ visitor }: Timed) => (counts === undefined ? 1 : (counts.get(visitor) ?? 0));
  const total = sorted.reduce((sum, timed) => sum + countOf(timed), 0);
  let [at, passed] = [-1, 0];
  return parts.map((part) => {
    const rank = Math.max(1, Math.ceil(total * part - 1e-9));
    while (passed < rank && at < sorted.length - 1) passed += countOf(sorted[++at]!);
    return sorted[at]?.value ?? Number.NaN;
  });
}

export const ratioText = ({ ratio, low, high }: Ratio): string =>
  Number.isFinite(ratio) ? `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})` : 'none';
