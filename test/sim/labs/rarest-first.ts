/** Lab 3: in which order pieces are asked for, and what is left when the seed goes. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { anyPiece, inOrder, type PieceOrder, rarestFirst } from '../../../shared/picker/piece-order.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  leavesAfter: {
    kind: count('percent', '% of a copy', 0, 1_000),
    default: 200,
    description: 'The seed leaves when it has sent so much; 0: it stays',
  },
  leechers: { kind: count('count', 'nodes', 2, 20), default: 8, description: 'Leechers' },
});

interface Options {
  readonly seed: number;
  readonly leavesAfter: number;
  readonly leechers: number;
}

const ORDERS: readonly (readonly [name: string, order: PieceOrder])[] = [
  ['rarest first', rarestFirst],
  ['any', anyPiece],
  ['in order', inOrder],
];
const LIMIT_MS = 300_000;

function run(options: Options): LabResult {
  const runs = ORDERS.map(([name, order]) => ({ name, swarm: fetchAll(options, order) }));
  const complete = runs.map(({ swarm }) => swarm.leechers.filter((host) => host.isComplete).length);
  return {
    table: {
      head: ['order', 'complete', 'pieces that nobody has', 'last complete, s', 'copies from the seed'],
      rows: runs.map(({ name, swarm }, i) => [
        name,
        `${complete[i]} of ${options.leechers}`,
        String(lostPieces(swarm)),
        seconds(swarm.lastSeconds(swarm.leechers)),
        swarm.originCopies.toFixed(2),
      ]),
    },
    chart: {
      title: 'The leecher that is last',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: runs.map(({ name, swarm }) => swarm.curve(name, swarm.slowest(swarm.leechers))),
    },
    answer: {
      claim: 'rarest first everybody becomes complete, in order nobody',
      holds: complete[0] === options.leechers && complete[2] === 0,
    },
  };
}

function fetchAll({ seed, leavesAfter, leechers }: Options, pieceOrder: PieceOrder): LabSwarm {
  const swarm = new LabSwarm({
    seed,
    setKib: 4_096,
    rttMs: 40,
    origin: { upKbit: 4_000, downKbit: 20_000 },
    leechers: alike(leechers, { upKbit: 4_000, downKbit: 20_000 }),
    engine: { pieceOrder },
  });
  const { simulation, origin } = swarm;
  if (leavesAfter > 0) {
    simulation.runUntil(() => swarm.originCopies * 100 >= leavesAfter, LIMIT_MS);
    origin.die('crash');
  }
  swarm.runUntilComplete(swarm.leechers, LIMIT_MS);
  return swarm;
}

function lostPieces({ leechers, torrent }: LabSwarm): number {
  let lost = 0;
  for (let piece = 0; piece < torrent.geometry.pieceCount; piece++)
    if (!leechers.some((host) => host.held.get(torrent.infoHash)?.has(piece as PieceIndex))) lost++;
  return lost;
}

export const rarestFirstLab = defineLab({
  name: 'rarest-first',
  question: 'The seed leaves early. Who becomes complete all the same?',
  flags,
  run,
});
