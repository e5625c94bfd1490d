/** A measured spread once more, in virtual time: the same links, queues, files, and the same times at which edges begin. */
import { type FanOut, runFanOut } from '../sim/fan-out.ts';
import { SEED } from './hosts.ts';
import type { RunReport, Spread } from './metrics.ts';
import type { Published } from './published.ts';
import { QUEUE_KIB, RTT_MS, type SentFrame } from './switch.ts';

export interface SeenSpread extends Spread {
  readonly published: Published;
  /** By the switch: what the seed sent in larger frames. */
  readonly sentBySeed: readonly SentFrame[];
}

/** What the simulation may be apart from what was measured. */
export const APART_MARK = { figure: 'simulated apart, %', atMost: 15 };
const SIM_SEED = 1;

/**
 * Both times run from the seed's first 32 KiB until the last edge that uploads is complete. Processors, disks and the
 * feed are not simulated.
 * @param report what was measured; gets the simulation's figures beside it
 * @param riders so many of the edges, the last ones, upload nothing
 */
export function withSimulation(report: RunReport, seen: SeenSpread, riders: number): RunReport {
  const edges = seen.links.length - 1;
  const startsMs = startsOf(seen);
  const inOrder = [...startsMs.slice(edges - riders), ...startsMs.slice(0, edges - riders)];
  const sets = seen.published.images.map(({ renditions }) => renditions.map(({ bytes }) => bytes));
  const { doneSeconds } = runFanOut(optionsOf(seen, riders), { sets, startsMs: inOrder });
  const simulatedSeconds = Math.max(...doneSeconds.slice(riders));
  const figures = {
    ...report.figures,
    'simulated s': simulatedSeconds,
    [APART_MARK.figure]: apartPercent(simulatedSeconds, report.figures['last s'] as number),
    'edges begin within, s': (Math.max(...startsMs) - Math.min(...startsMs)) / 1000,
  };
  return { ...report, figures };
}

export const apartPercent = (simulated: number, measured: number): number =>
  (Math.abs(simulated - measured) / measured) * 100;

/**
 * When each edge began to hear from the seed, in ms after the seed's first 32 KiB. Before those, and never: 0, for the
 * simulation's clock starts there.
 */
export function startsOf({ hosts, links, sentBySeed }: SeenSpread): number[] {
  const firstMs = hosts[0]?.firstMs ?? 0;
  return links.slice(1).map((_, index) => {
    const heard = sentBySeed.find(({ toHost }) => toHost === SEED + 1 + index);
    return heard === undefined ? 0 : Math.max(0, heard.atMs - firstMs);
  });
}

function optionsOf({ links, totalBytes, published }: SeenSpread, riders: number): FanOut {
  const [seed, edge] = links as readonly [Spread['links'][number], Spread['links'][number]];
  return {
    hosts: links.length - 1,
    sets: published.images.length,
    mib: totalBytes / 2 ** 20,
    upKbit: edge.upKbit,
    downKbit: edge.downKbit,
    seedUpKbit: seed.upKbit,
    rttMs: RTT_MS,
    seed: SIM_SEED,
    liars: 0,
    freeRiders: riders,
    kill: 0,
    peers: links.length,
    queueKib: QUEUE_KIB,
    frames: true,
  };
}
