/** What was seen of one mode, as figures. */
import { percentileOf, sortedNumbers } from '../support/percentile.ts';
import type { Driven, Outcome } from './driver/drive.ts';
import type { TrafficTold } from './links/relay-messages.ts';
import type { Mode } from './nodes/load-fleet.ts';
import type { FleetWatch } from './observe/fleet-watch.ts';
import { sourcesOf } from './observe/sources.ts';
import { boundSeconds, firstAnswers } from './observe/spread.ts';
import type { ModeResult, Spread } from './result.ts';
import { type Run, wishOf } from './run.ts';
import type { PlannedRequest } from './traffic/plan.ts';
import type { Shop } from './traffic/shop.ts';

export function figuresOf(
  run: Run,
  mode: Mode,
  { outcomes, lateMs, startedAtMs }: Driven,
  watch: FleetWatch,
  told: readonly TrafficTold[],
): Omit<ModeResult, 'cpuSeconds'> {
  const isPrefetched = run.scenario.prefetch === 'all' && mode === 'swarm';
  const wantedBytes = isPrefetched ? catalogBytes(run.shop) : askedBytes(run, outcomes, 'all');
  const sent = originSent(told, startedAtMs);
  const total = sent.bytes.toPeers + sent.bytes.toNodesHttp + sent.bytes.toShoppers;
  return {
    mode,
    ...countsOf(run.plan, outcomes, run.timeoutMs),
    originSent: sent.series,
    originBytes: sent.bytes,
    wantedBytes,
    wantedCopies:
      mode === 'origin' || isPrefetched ? null : timesOf(askedBytes(run, outcomes, 'each edge'), wantedBytes),
    copies: timesOf(total, wantedBytes),
    taken: watch.taken,
    sources: sourcesOf(outcomes, watch.taken),
    // Warm edges have nothing to spread.
    spread:
      mode === 'origin' || run.scenario.warmed === 'all'
        ? null
        : spreadOf(run, outcomes, wantedBytes, isPrefetched, watch, startedAtMs),
    lateMs: {
      driver: percentileOf(sortedNumbers(lateMs), 0.99),
      links: told.at(-1)?.lateMs ?? null,
    },
  };
}

/** null: it was ended before anything was wanted. */
const timesOf = (bytes: number, wantedBytes: number): number | null =>
  wantedBytes === 0 ? null : bytes / wantedBytes;

/** What does not depend on whose fleet it is. */
export function countsOf(plan: readonly PlannedRequest[], outcomes: readonly Outcome[], timeoutMs: number) {
  // A refusal that comes at once is no quick image.
  const msOf = ({ isGood, totalMs }: Outcome) => (isGood ? totalMs : Math.max(totalMs, timeoutMs));
  return {
    requests: outcomes.map(({ request }) => request.number),
    visitors: outcomes.map(({ request }) => request.visitor),
    dueMs: outcomes.map(({ request }) => Math.round(request.dueMs)),
    totalMs: outcomes.map((outcome) => Math.round(msOf(outcome) * 100) / 100),
    counts: {
      planned: plan.length,
      good: outcomes.filter(({ isGood }) => isGood).length,
      failed: outcomes.filter(({ isGood, isWrong }) => !isGood && !isWrong).length,
      failures: failuresOf(outcomes),
      wrong: outcomes.filter(({ isWrong }) => isWrong).length,
      failovers: outcomes.reduce((sum, { failovers }) => sum + failovers, 0),
    },
    deliveredBytes: outcomes.reduce((sum, { isGood, bytes }) => sum + (isGood ? bytes : 0), 0),
  };
}

function spreadOf(
  run: Run,
  outcomes: readonly Outcome[],
  bytes: number,
  isPrefetched: boolean,
  watch: FleetWatch,
  startedAtMs: number,
): Spread | null {
  const bound = boundSeconds(bytes, run.edges, run.scenario);
  if (!isPrefetched) {
    const { lastWantedSeconds, lastAnsweredSeconds } = firstAnswers(outcomes);
    if (bytes === 0 || lastAnsweredSeconds === undefined) return null;
    return { seconds: lastAnsweredSeconds, boundSeconds: bound, bytes, lastWantedSeconds };
  }
  const { completeAtMs } = watch;
  if (completeAtMs === undefined) return null;
  return { seconds: (completeAtMs - startedAtMs) / 1000, boundSeconds: bound, bytes, lastWantedSeconds: 0 };
}

/** Of distinct renditions, once. @param at how often: once altogether, or once at each edge that is asked */
export function askedBytes(
  run: Parameters<typeof wishOf>[0],
  outcomes: readonly Outcome[],
  at: 'all' | 'each edge',
): number {
  const bytes = new Map<string, number>();
  for (const { request } of outcomes) {
    const wish = wishOf(run, request);
    bytes.set(at === 'all' ? wish.path : `${request.edge} ${wish.path}`, wish.bytes);
  }
  return [...bytes.values()].reduce((sum, each) => sum + each, 0);
}

const catalogBytes = ({ images }: Shop): number =>
  images.flatMap(({ renditions }) => renditions).reduce((sum, { bytes }) => sum + bytes, 0);

function originSent(told: readonly TrafficTold[], startedAtMs: number) {
  const of = (traffic: TrafficTold | undefined) => {
    const { toPeersBytes = 0, toNodesHttpBytes = 0, toShoppersBytes = 0 } = traffic?.traffic[0] ?? {};
    return { toPeers: toPeersBytes, toNodesHttp: toNodesHttpBytes, toShoppers: toShoppersBytes };
  };
  const sum = (traffic: TrafficTold | undefined) => {
    const { toPeers, toNodesHttp, toShoppers } = of(traffic);
    return toPeers + toNodesHttp + toShoppers;
  };
  const first = told.findLast(({ atMs }) => atMs <= startedAtMs);
  const since = told.filter(({ atMs }) => atMs > startedAtMs);
  const [begin, end] = [of(first), of(told.at(-1))];
  return {
    series: since.map((one) => [(one.atMs - startedAtMs) / 1000, sum(one) - sum(first)] as const),
    bytes: {
      toPeers: end.toPeers - begin.toPeers,
      toNodesHttp: end.toNodesHttp - begin.toNodesHttp,
      toShoppers: end.toShoppers - begin.toShoppers,
    },
  };
}

function failuresOf(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of outcomes) if (failure !== '') counts[failure] = (counts[failure] ?? 0) + 1;
  return counts;
}
