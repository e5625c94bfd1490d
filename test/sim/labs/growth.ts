/** Lab 2: the same seed, more and more leechers. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count, onOff } from '../../../shared/node/config/kinds.ts';
import { counts } from '../counts.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  counts: { kind: counts('leechers', 64), default: [2, 4, 8, 16, 32], description: 'Leechers of each run' },
  superSeed: { kind: onOff, default: false, description: 'The seed super-seeds (lab 7)' },
  seedUpKbit: {
    kind: count('rate', 'kbit/s', 100, 100_000),
    default: 4_000,
    description: 'Uplink of the seed',
  },
});

interface Options {
  readonly seed: number;
  readonly counts: readonly number[];
  readonly seedUpKbit: number;
  readonly superSeed: boolean;
}

const UP_KBIT = 4_000;
const SET_KIB = 2_048;

function run({ seed, counts, seedUpKbit, superSeed }: Options): LabResult {
  const points = counts.map((leechers) => {
    const swarm = new LabSwarm({
      seed,
      setKib: SET_KIB,
      rttMs: 40,
      superSeed,
      origin: { upKbit: seedUpKbit, downKbit: 20_000 },
      leechers: alike(leechers, { upKbit: UP_KBIT, downKbit: 20_000 }),
    });
    swarm.runUntilComplete(swarm.leechers);
    const tookSeconds = swarm.lastSeconds(swarm.leechers) ?? Number.NaN;
    const serverSeconds = (leechers * SET_KIB * 1_024) / (seedUpKbit * 125);
    return { leechers, tookSeconds, serverSeconds, copies: swarm.originCopies };
  });
  const first = points[0];
  const last = points.at(-1);
  return {
    table: {
      head: ['leechers', 'swarm complete, s', 'a server alone, s', 'copies from the seed'],
      rows: points.map(({ leechers, tookSeconds, serverSeconds, copies }) => [
        String(leechers),
        seconds(tookSeconds),
        seconds(serverSeconds),
        copies.toFixed(2),
      ]),
    },
    chart: {
      title: 'Time until everybody is complete',
      xLabel: 'leechers',
      yLabel: 'seconds',
      lines: [
        { name: 'swarm', points: points.map(({ leechers, tookSeconds }) => [leechers, tookSeconds]) },
        {
          name: 'server alone',
          points: points.map(({ leechers, serverSeconds }) => [leechers, serverSeconds]),
          isDashed: true,
        },
      ],
    },
    answer: {
      claim: 'from the first row to the last the swarm takes less than three times as long',
      holds: first !== undefined && last !== undefined && last.tookSeconds < 3 * first.tookSeconds,
    },
  };
}

export const growth = defineLab({
  name: 'growth',
  question: 'How much longer does a swarm take when it has sixteen times as many leechers?',
  flags,
  run,
});
