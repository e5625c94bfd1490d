/** Lab 4: leechers that upload nothing, with tit-for-tat and without. */
import { seedRoundRobin } from '../../../shared/choker/ranking.ts';
import type { EngineOptions } from '../../../shared/engine/options.ts';
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import type { SimHost } from '../../../shared/sim/host.ts';
import type { ChartLine } from './chart.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  riders: {
    kind: count('count', 'nodes', 1, 8),
    default: 3,
    description: 'Of nine leechers, so many upload nothing',
  },
  slots: { kind: count('count', 'nodes', 1, 20), default: 4, description: 'Upload slots of each node' },
});

interface Options {
  readonly seed: number;
  readonly riders: number;
  readonly slots: number;
}

const LEECHERS = 9;
const SHARE_BYTES = 64 << 10;
/** Who is drawn for the slots at random matters much to a single leecher: so many swarms make one row. */
const SWARMS = 3;

const POLICIES: readonly (readonly [name: string, engine: Partial<EngineOptions>])[] = [
  ['tit-for-tat, and givers first on the uplink', {}],
  ['tit-for-tat', { isServedAfter: () => false }],
  ['everybody in turn', { isServedAfter: () => false, leechRanking: seedRoundRobin(SHARE_BYTES) }],
];

interface Row {
  readonly name: string;
  readonly givers: number;
  readonly riders: number;
  readonly lines: readonly ChartLine[];
}

function run(options: Options): LabResult {
  const rows = POLICIES.map(([name, engine]) => rowOf(options, name, engine));
  const [strict, , equal] = rows as [Row, Row, Row];
  return {
    table: {
      head: ['who is served', 'giver complete, s (mean)', 'free-rider complete, s (mean)', 'ahead'],
      rows: rows.map(({ name, givers, riders }) => [
        name,
        seconds(givers),
        seconds(riders),
        `${givers < riders ? 'givers' : 'free-riders'} by ${seconds(Math.abs(riders - givers))}`,
      ]),
    },
    chart: {
      title: 'Median giver and median free-rider',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: [...strict.lines, ...equal.lines.map((line) => ({ ...line, isDashed: true }))],
    },
    answer: {
      claim: 'tit-for-tat makes givers a tenth faster than turns do, and free-riders slower',
      holds: strict.givers < 0.92 * equal.givers && strict.riders > equal.riders,
    },
  };
}

function rowOf(options: Options, name: string, engine: Partial<EngineOptions>): Row {
  const swarms = Array.from({ length: SWARMS }, (_, i) =>
    fetchAll({ ...options, seed: options.seed + i }, engine),
  );
  const mean = (of: (swarm: LabSwarm) => readonly SimHost[]) => {
    const times = swarms.flatMap((swarm) => of(swarm).map((host) => swarm.doneSeconds(host) ?? Number.NaN));
    return times.reduce((sum, time) => sum + time, 0) / times.length;
  };
  const giversOf = ({ leechers }: LabSwarm) => leechers.slice(0, LEECHERS - options.riders);
  const ridersOf = ({ leechers }: LabSwarm) => leechers.slice(LEECHERS - options.riders);
  const [first] = swarms as [LabSwarm];
  const policy = name === 'everybody in turn' ? 'in turn' : 'tit-for-tat';
  return {
    name,
    givers: mean(giversOf),
    riders: mean(ridersOf),
    lines: [
      first.curve(`giver, ${policy}`, first.median(giversOf(first))),
      first.curve(`rider, ${policy}`, first.median(ridersOf(first))),
    ],
  };
}

function fetchAll({ seed, riders, slots }: Options, policies: Partial<EngineOptions>): LabSwarm {
  const rates = { upKbit: 1_000, downKbit: 10_000 };
  const swarm = new LabSwarm({
    seed,
    setKib: 8_192,
    rttMs: 40,
    origin: { upKbit: 4_000, downKbit: 10_000 },
    leechers: [
      ...alike(LEECHERS - riders, rates),
      ...alike(riders, { ...rates, engine: { uploadSlots: 0 } }),
    ],
    engine: { uploadSlots: slots, ...policies },
  });
  swarm.runUntilComplete(swarm.leechers);
  return swarm;
}

export const titForTatLab = defineLab({
  name: 'tit-for-tat',
  question: 'Three of nine leechers upload nothing. Who pays for it?',
  flags,
  run,
});
