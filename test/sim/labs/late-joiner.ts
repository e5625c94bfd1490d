/** Lab 5: a newcomer who has nothing to give, with the optimistic slot and without. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  upKbit: { kind: count('rate', 'kbit/s', 100, 100_000), default: 500, description: 'Uplink of a leecher' },
  seedUpKbit: {
    kind: count('rate', 'kbit/s', 100, 100_000),
    default: 4_000,
    description: 'Uplink of the seed',
  },
  slots: { kind: count('count', 'nodes', 1, 20), default: 3, description: 'Upload slots of each node' },
  joinsAt: { kind: count('seconds', 's', 1, 200), default: 20, description: 'When the newcomer joins' },
});

interface Options {
  readonly seed: number;
  readonly slots: number;
  readonly upKbit: number;
  readonly seedUpKbit: number;
  readonly joinsAt: number;
}

const LEECHERS = 8;

function run(options: Options): LabResult {
  const runs = [true, false].map((isOptimistic) => {
    const swarm = fetchAll(options, isOptimistic);
    const newcomer = swarm.leechers[LEECHERS];
    const firstMs = newcomer?.disk.verifiedAt[0];
    return {
      name: isOptimistic ? 'one slot drawn at random' : 'all slots by rank',
      swarm,
      newcomer,
      waited: firstMs === undefined ? undefined : firstMs / 1_000 - options.joinsAt,
      done: newcomer && swarm.doneSeconds(newcomer),
      others: swarm.lastSeconds(swarm.leechers.slice(0, LEECHERS)),
    };
  });
  const [drawn, ranked] = runs;
  return {
    table: {
      head: [
        'slots',
        'newcomer waits for its first piece, s',
        'newcomer complete, s',
        'last of the others complete, s',
      ],
      rows: runs.map(({ name, waited, done, others }) => [
        name,
        seconds(waited),
        seconds(done),
        seconds(others),
      ]),
    },
    chart: {
      title: 'The newcomer',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: runs.flatMap(({ name, swarm, newcomer }) => (newcomer ? [swarm.curve(name, newcomer)] : [])),
    },
    answer: {
      claim: 'without a slot drawn at random the newcomer waits more than twice as long for its first piece',
      holds: drawn?.waited !== undefined && (ranked?.waited ?? Number.POSITIVE_INFINITY) > 2 * drawn.waited,
    },
  };
}

function fetchAll(
  { seed, slots, joinsAt, upKbit, seedUpKbit }: Options,
  hasOptimisticSlot: boolean,
): LabSwarm {
  const rates = { upKbit, downKbit: 8_000 };
  const swarm = new LabSwarm({
    seed,
    setKib: 8_192,
    rttMs: 40,
    origin: { upKbit: seedUpKbit, downKbit: 8_000 },
    leechers: [...alike(LEECHERS, rates), { ...rates, joinsAtMs: joinsAt * 1_000 }],
    engine: { uploadSlots: slots, hasOptimisticSlot },
  });
  const newcomer = swarm.leechers[LEECHERS];
  // A seed takes turns and would serve the newcomer: here it lives off leechers alone.
  if (newcomer) swarm.simulation.cut(newcomer, swarm.origin, true);
  swarm.runUntilComplete(swarm.leechers);
  return swarm;
}

export const lateJoiner = defineLab({
  name: 'late-joiner',
  question: 'Who gives the first piece to somebody who has nothing to give back?',
  flags,
  run,
});
