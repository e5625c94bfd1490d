/** Lab 8: the same set in small pieces and in large ones. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { defineLab, type LabResult } from './lab.ts';
import { alike, LabSwarm, seconds } from './lab-swarm.ts';

const flags = defineFlags({
  setKib: { kind: count('KiB', 'KiB', 64, 16_384), default: 4_096, description: 'The set' },
  leechers: { kind: count('count', 'nodes', 1, 20), default: 6, description: 'Leechers' },
});

interface Options {
  readonly seed: number;
  readonly setKib: number;
  readonly leechers: number;
}

const PIECE_KIB = [16, 64, 256, 1_024, 4_096];
/** SHA-1 of each piece in `pieces` (BEP 3). */
const PIECE_HASH_BYTES = 20;

function run(options: Options): LabResult {
  const runs = PIECE_KIB.map((pieceKib) => {
    const swarm = fetchAll(options, pieceKib);
    const { pieceCount } = swarm.torrent.geometry;
    return { pieceKib, pieceCount, swarm, last: swarm.lastSeconds(swarm.leechers), told: smallKib(swarm) };
  });
  const [smallest] = runs;
  const largest = runs.at(-1);
  return {
    table: {
      head: ['piece, KiB', 'pieces', 'their hashes, bytes', 'all complete, s', 'messages beside blocks, KiB'],
      rows: runs.map(({ pieceKib, pieceCount, last, told }) => [
        String(pieceKib),
        String(pieceCount),
        String(pieceCount * PIECE_HASH_BYTES),
        seconds(last),
        told.toFixed(0),
      ]),
    },
    chart: {
      title: 'The last leecher to be complete',
      xLabel: 'seconds',
      yLabel: '% of the set',
      lines: runs.map(({ pieceKib, swarm }) => swarm.curve(`${pieceKib} KiB`, swarm.slowest(swarm.leechers))),
    },
    answer: {
      claim: 'in one piece as large as the set it takes more than twice as long as in pieces of 16 KiB',
      holds: smallest?.last !== undefined && largest?.last !== undefined && largest.last > 2 * smallest.last,
    },
  };
}

function fetchAll({ seed, setKib, leechers }: Options, pieceKib: number): LabSwarm {
  const rates = { upKbit: 4_000, downKbit: 20_000 };
  const swarm = new LabSwarm({
    seed,
    setKib,
    pieceKib,
    rttMs: 40,
    origin: rates,
    leechers: alike(leechers, rates),
  });
  swarm.runUntilComplete(swarm.leechers);
  swarm.settle();
  return swarm;
}

/** Of all that went over uplinks: what was no content. */
function smallKib({ simulation }: LabSwarm): number {
  let bytes = 0;
  for (const { access, engine } of simulation.hosts)
    bytes += access.use.sentBytes - engine.counters.uploadedBytes;
  return bytes / 1_024;
}

export const pieceSize = defineLab({
  name: 'piece-size',
  question: 'Into how many pieces is a set best cut?',
  flags,
  run,
});
