/** Lab 7: a seed that shows all it has, and one that shows each leecher other pieces. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  leechers: { kind: count('count', 'nodes', 1, 40), default: 8, description: 'Leechers' },
  seedUpKbit: {
    kind: count('rate', 'kbit/s', 100, 100_000),
    default: 2_000,
    description: 'Uplink of the seed',
  },
});

interface Options {
  readonly seed: number;
  readonly leechers: number;
  readonly seedUpKbit: number;
}

function run(options: Options): LabResult {
  const runs = [true, false].map((superSeed) => ({
    name: superSeed ? 'super-seeding' : 'plain seed',
    swarm: fetchAll(options, superSeed),
  }));
  const [shown, plain] = runs.map(({ swarm }) => swarm);
  return {
    table: {
      head: ['seed', 'copies from the seed', 'all complete, s', 'least possible, s'],
      rows: runs.map(({ name, swarm }) => [
        name,
        swarm.originCopies.toFixed(2),
        seconds(swarm.lastSeconds(swarm.leechers)),
        seconds(swarm.boundSeconds),
      ]),
    },
    chart: {
      title: 'The last leecher to be complete',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: runs.map(({ name, swarm }) => swarm.curve(name, swarm.slowest(swarm.leechers))),
    },
    answer: {
      claim: 'super-seeding one copy and a twentieth is enough, the plain seed sends more',
      holds:
        shown !== undefined && plain !== undefined && shown.originCopies < 1.05 && plain.originCopies > 1.2,
    },
  };
}

function fetchAll({ seed, leechers, seedUpKbit }: Options, superSeed: boolean): LabSwarm {
  const swarm = new LabSwarm({
    seed,
    setKib: 4_096,
    rttMs: 40,
    superSeed,
    origin: { upKbit: seedUpKbit, downKbit: 20_000 },
    leechers: alike(leechers, { upKbit: 4_000, downKbit: 20_000 }),
  });
  swarm.runUntilComplete(swarm.leechers);
  return swarm;
}

export const superSeeding = defineLab({
  name: 'super-seeding',
  question: 'What does a seed gain by hiding what it has?',
  flags,
  run,
});
