/** Lab 9: how many requests to have under way, on short paths and on long ones. */
import type { EngineOptions } from '../../../shared/engine/options.ts';
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { counts } from '../counts.ts';
import { defineLab, type LabResult } from './lab.ts';
import { LabSwarm } from './lab-swarm.ts';

const flags = defineFlags({
  lineKbit: { kind: count('rate', 'kbit/s', 100, 100_000), default: 8_000, description: 'The line' },
  rtts: { kind: counts('ms', 1_000), default: [20, 80, 200], description: 'Round trips, in ms' },
});

interface Options {
  readonly seed: number;
  readonly lineKbit: number;
  readonly rtts: readonly number[];
}

const DEPTHS: readonly (number | undefined)[] = [1, 2, 4, 8, 16, undefined];
const SET_KIB = 4_096;

function run(options: Options): LabResult {
  const runs = DEPTHS.map((depth) => ({
    name: depth === undefined ? 'steered by time' : String(depth),
    shares: options.rtts.map((rttMs) => lineShare(options, rttMs, depth)),
  }));
  const one = runs[0]?.shares.at(-1) ?? Number.NaN;
  const steered = runs.at(-1)?.shares ?? [];
  return {
    table: {
      head: ['requests under way', ...options.rtts.map((rttMs) => `RTT ${rttMs} ms`)],
      rows: runs.map(({ name, shares }) => [name, ...shares.map((share) => `${(100 * share).toFixed(0)} %`)]),
    },
    chart: {
      title: 'How much of the line is used',
      xLabel: 'RTT, ms',
      yLabel: '% of the line',
      lines: runs.map(({ name, shares }) => ({
        name,
        points: options.rtts.map((rttMs, i): [number, number] => [rttMs, 100 * (shares[i] as number)]),
      })),
    },
    answer: {
      claim:
        'one request at a time uses less than a tenth of the longest path, the steered depth more than three quarters of each',
      holds: one < 0.1 && steered.every((share) => share > 0.75),
    },
  };
}

/** One seed, one leecher: from joining to complete, beside what the line could carry. */
function lineShare({ seed, lineKbit }: Options, rttMs: number, depth: number | undefined): number {
  const rates = { upKbit: lineKbit, downKbit: lineKbit };
  const swarm = new LabSwarm({
    seed,
    setKib: SET_KIB,
    rttMs,
    origin: rates,
    leechers: [rates],
    engine: depth === undefined ? {} : fixedDepth(depth),
  });
  swarm.runUntilComplete(swarm.leechers);
  return swarm.boundSeconds / (swarm.lastSeconds(swarm.leechers) ?? Number.NaN);
}

const fixedDepth = (depth: number): Partial<EngineOptions> => ({
  minRequests: depth,
  initialRequests: depth,
  maxRequests: depth,
});

export const pipelining = defineLab({
  name: 'pipelining',
  question: 'How many requests must be under way to fill a line?',
  flags,
  run,
});
