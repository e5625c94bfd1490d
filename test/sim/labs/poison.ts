/** Lab 10: leechers that send wrong blocks. */
import type { EngineOptions } from '../../../shared/engine/options.ts';
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count, type FlagKind, WrongValue } from '../../../shared/node/config/kinds.ts';
import { liar } from '../../../shared/sim/behaviour.ts';
import type { SimHost } from '../../../shared/sim/host.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const kib = count('KiB', 'KiB', 16, 1_024);
const pieceLength: FlagKind<number> = {
  ...kib,
  parse: (given) => {
    const value = kib.parse(given);
    // BEP 52.
    if (!Number.isInteger(Math.log2(value))) throw new WrongValue('wants a power of two from 16 to 1024');
    return value;
  },
};

const flags = defineFlags({
  liars: { kind: count('count', 'nodes', 0, 7), default: 2, description: 'Of eight leechers, so many lie' },
  pieceKib: {
    kind: pieceLength,
    default: 128,
    description: 'Piece length, a power of two',
  },
});

interface Options {
  readonly seed: number;
  readonly liars: number;
  readonly pieceKib: number;
}

const LEECHERS = 8;
const FORGIVEN_MS = 1;

interface Row {
  readonly name: string;
  readonly swarm: LabSwarm;
  readonly honest: readonly SimHost[];
  readonly last: number | undefined;
  readonly failed: number;
  readonly bans: number;
}

function run(options: Options): LabResult {
  const rows = [
    rowOf('nobody lies', { ...options, liars: 0 }),
    rowOf('the honest ones alone', { ...options, liars: 0 }, { leechers: LEECHERS - options.liars }),
    rowOf('liars are banned', options),
    rowOf('liars are forgiven', options, { engine: { banMs: FORGIVEN_MS } }),
  ] as const;
  const [, alone, banned, forgiven] = rows;
  return {
    table: {
      head: [
        'swarm',
        'last honest leecher complete, s',
        'pieces that failed their hash',
        'bans',
        'copies from the seed',
      ],
      rows: rows.map(({ name, swarm, last, failed, bans }) => [
        name,
        seconds(last),
        String(failed),
        String(bans),
        swarm.originCopies.toFixed(2),
      ]),
    },
    chart: {
      title: 'The last honest leecher',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: rows.map(({ name, swarm, honest }) => swarm.curve(name, swarm.slowest(honest))),
    },
    answer: {
      claim:
        'each honest leecher loses one piece to each liar and bans it; liars who are forgiven spoil three times as many',
      holds:
        alone.last !== undefined &&
        banned.last !== undefined &&
        banned.failed <= banned.honest.length * options.liars &&
        forgiven.failed > 3 * banned.failed,
    },
  };
}

function rowOf(
  name: string,
  options: Options,
  { leechers = LEECHERS, engine = {} }: { leechers?: number; engine?: Partial<EngineOptions> } = {},
): Row {
  const swarm = fetchAll(options, leechers, engine);
  const honest = swarm.leechers.filter((host) => host.isHonest);
  const sum = (of: (counters: SimHost['engine']['counters']) => number) =>
    honest.reduce((all, host) => all + of(host.engine.counters), 0);
  return {
    name,
    swarm,
    honest,
    last: swarm.lastSeconds(honest),
    failed: sum((counters) => counters.failedPieces),
    bans: sum((counters) => counters.bans),
  };
}

/** A wrong byte that anybody honest stores ends the run with an error: the rule `true-bytes` of shared/sim/rules.ts. */
function fetchAll(
  { seed, liars, pieceKib }: Options,
  leechers: number,
  engine: Partial<EngineOptions>,
): LabSwarm {
  const rates = { upKbit: 4_000, downKbit: 20_000 };
  const swarm = new LabSwarm({
    seed,
    setKib: 4_096,
    pieceKib,
    rttMs: 40,
    origin: rates,
    leechers: [...alike(liars, { ...rates, behaviour: liar }), ...alike(leechers - liars, rates)],
    engine,
  });
  swarm.runUntilComplete(swarm.leechers.filter((host) => host.isHonest));
  return swarm;
}

export const poison = defineLab({
  name: 'poison',
  question: 'Two of eight leechers send wrong bytes. What do the others lose?',
  flags,
  run,
});
