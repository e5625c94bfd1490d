/** Lab 1: one seed and three leechers, with sharing and without. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  leechers: { kind: count('count', 'nodes', 1, 20), default: 3, description: 'Leechers' },
  upKbit: { kind: count('rate', 'kbit/s', 100, 100_000), default: 4_000, description: 'Uplink of everybody' },
});

interface Options {
  readonly seed: number;
  readonly leechers: number;
  readonly upKbit: number;
}

function run(options: Options): LabResult {
  const shared = fetchAll(options, true);
  const alone = fetchAll(options, false);
  const row = (name: string, swarm: LabSwarm) => [
    name,
    seconds(swarm.lastSeconds(swarm.leechers)),
    swarm.originCopies.toFixed(2),
    (options.leechers - swarm.originCopies).toFixed(2),
  ];
  const [fast, slow] = [shared, alone].map((swarm) => swarm.lastSeconds(swarm.leechers) ?? Number.NaN);
  return {
    table: {
      head: ['leechers', 'all complete after, s', 'copies from the seed', 'copies from leechers'],
      rows: [
        row('share', shared),
        row('only take', alone),
        ['least possible', seconds(shared.boundSeconds), '1.00', ''],
      ],
    },
    chart: {
      title: 'The last leecher to be complete',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: [
        shared.curve('leechers share', shared.slowest(shared.leechers)),
        alone.curve('leechers only take', alone.slowest(alone.leechers)),
      ],
    },
    answer: {
      claim: 'the seed sends fewer than two copies, and all are complete in less than 0.6 of the time',
      holds: shared.originCopies < 2 && (fast as number) < 0.6 * (slow as number),
    },
  };
}

function fetchAll({ seed, leechers, upKbit }: Options, isSharing: boolean): LabSwarm {
  const engine = isSharing ? {} : { uploadSlots: 0 };
  const swarm = new LabSwarm({
    seed,
    setKib: 4_096,
    rttMs: 40,
    origin: { upKbit, downKbit: 5 * upKbit },
    leechers: alike(leechers, { upKbit, downKbit: 5 * upKbit, engine }),
  });
  swarm.runUntilComplete(swarm.leechers);
  return swarm;
}

export const oneSeed = defineLab({
  name: 'one-seed',
  question: 'How many copies does a seed send to serve three leechers?',
  flags,
  run,
});
