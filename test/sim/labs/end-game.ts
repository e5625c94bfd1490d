/** Lab 6: one leecher turns slow with the last blocks of others, with the end game and without. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  slowness: {
    kind: count('times', '', 1, 1_000),
    default: 30,
    description: 'The slow one is so many times slower',
  },
  slowAt: { kind: count('ms', 'ms', 1, 60_000), default: 4_800, description: 'When it turns slow' },
});

interface Options {
  readonly seed: number;
  readonly slowness: number;
  readonly slowAt: number;
}

const COPIES = [1, 2, 4];
const LEECHERS = 4;

function run(options: Options): LabResult {
  const runs = COPIES.map((copies) => {
    const swarm = fetchAll(options, copies);
    const others = swarm.leechers.slice(1);
    return { copies, swarm, others, last: swarm.lastSeconds(others), wastedKib: swarm.wastedKib(others) };
  });
  const [off, on] = runs;
  const nameOf = (copies: number) => (copies === 1 ? 'off' : `asked of ${copies}`);
  return {
    table: {
      head: ['end game', 'last of the three quick ones complete, s', 'received twice, KiB'],
      rows: runs.map(({ copies, last, wastedKib }) => [nameOf(copies), seconds(last), wastedKib.toFixed(0)]),
    },
    chart: {
      title: 'The last of the quick leechers',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: runs
        .slice(0, 2)
        .map(({ copies, swarm, others }) => swarm.curve(`end game ${nameOf(copies)}`, swarm.slowest(others))),
    },
    answer: {
      claim: 'with the end game off the last of the quick ones is complete later',
      holds: off?.last !== undefined && on?.last !== undefined && off.last > on.last + 0.5,
    },
  };
}

function fetchAll({ seed, slowness, slowAt }: Options, endGameCopies: number): LabSwarm {
  const rates = { upKbit: 4_000, downKbit: 20_000 };
  const swarm = new LabSwarm({
    seed,
    setKib: 2_048,
    pieceKib: 64,
    rttMs: 40,
    origin: rates,
    leechers: alike(LEECHERS, rates),
    engine: { picker: { endGameCopies } },
  });
  const [slow, ...others] = swarm.leechers;
  swarm.simulation.runUntil(() => false, slowAt);
  if (slow) slow.access.slowness = slowness;
  swarm.runUntilComplete(others);
  return swarm;
}

export const endGame = defineLab({
  name: 'end-game',
  question: 'The last blocks are due from a node that became slow. Wait for them, or ask twice?',
  flags,
  run,
});
