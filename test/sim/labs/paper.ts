/** `npm run lab paper`: a catalog of a hundred images to a hundred thousand, by what one image was measured to take. */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { counts } from '../counts.ts';
import { LOG_ENTRY_BYTES, SAMPLE_SET_KIB } from '../sample-set.ts';
import { defineLab, type LabResult } from './lab.ts';

const flags = defineFlags({
  images: {
    kind: counts('images', 1e9),
    default: [100, 1_000, 10_000, 100_000],
    description: 'Images of each row',
  },
  setKib: {
    kind: count('KiB', 'KiB', 1, 1_048_576),
    default: SAMPLE_SET_KIB,
    description: 'All renditions of one image',
  },
  entryBytes: {
    kind: count('bytes', 'bytes', 1, 1e6),
    default: LOG_ENTRY_BYTES,
    description: 'One signed entry of the log, as an edge keeps it',
  },
  edges: {
    kind: count('count', 'edges', 1, 10_000),
    default: 100,
    description: 'Edges that the tracker knows',
  },
  originKbit: {
    kind: count('rate', 'kbit/s', 1, 1e9),
    default: 100_000,
    description: "The origin's uplink",
  },
});

interface Options {
  readonly images: readonly number[];
  readonly setKib: number;
  readonly entryBytes: number;
  readonly edges: number;
  readonly originKbit: number;
}

/** docs/ARCHITECTURE.md, "A quiet torrent is a small object": beside its bitfield. */
const QUIET_TORRENT_BYTES = 270;
/** docs/ARCHITECTURE.md, "The fleet's places in swarms are bits": of each set and edge. */
const TRACKER_BITS = 2;
const BLOCK_KIB = 16;
const MB = 1e6;

function run({ images, setKib, entryBytes, edges, originKbit }: Options): LabResult {
  const rows = images.map((sets) => ({
    sets,
    diskGb: (sets * setKib * 1_024) / 1e9,
    engineMb: (sets * (QUIET_TORRENT_BYTES + Math.ceil(setKib / BLOCK_KIB / 8))) / MB,
    trackerMb: (sets * edges * TRACKER_BITS) / 8 / MB,
    logMb: (sets * entryBytes) / MB,
    hours: (sets * setKib * 1_024) / (originKbit * 125) / 3_600,
  }));
  return {
    table: {
      head: [
        'images',
        'disk of an edge, GB',
        "quiet torrents in an edge's memory, MB",
        `tracker with ${edges} edges, MB`,
        'log, MB',
        `one copy out of the origin, h; ${edges} copies, h`,
      ],
      rows: rows.map(({ sets, diskGb, engineMb, trackerMb, logMb, hours }) => [
        String(sets),
        diskGb.toFixed(2),
        engineMb.toFixed(2),
        trackerMb.toFixed(2),
        logMb.toFixed(2),
        `${hours.toFixed(2)}; ${(hours * edges).toFixed(1)}`,
      ]),
    },
    chart: {
      title: 'Disk of an edge',
      xLabel: 'images',
      yLabel: 'GB',
      lines: [
        { name: 'all images', points: rows.map(({ sets, diskGb }): [number, number] => [sets, diskGb]) },
      ],
    },
    answer: {
      claim: 'memory for quiet images stays below a thousandth of their disk',
      holds: rows.every(({ diskGb, engineMb }) => engineMb < diskGb),
    },
  };
}

export const paper = defineLab({
  name: 'paper',
  question: 'What does a catalog a thousand times as large take?',
  flags,
  run,
});
