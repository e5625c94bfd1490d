/** The named swarms of the swarm page, and of `npm run sim -- --trace`. */
import type { HostPlan, Scenario, SetPlan } from './scenario.ts';

const BYTES_PER_KBIT = 125;
const KIB = 1_024;

interface Rates {
  readonly upKbit: number;
  readonly downKbit: number;
}

const host = (
  name: string,
  role: HostPlan['role'],
  { upKbit, downKbit }: Rates,
  joinsAtMs = 0,
): HostPlan => ({
  name,
  role,
  upBytesPerSecond: upKbit * BYTES_PER_KBIT,
  downBytesPerSecond: downKbit * BYTES_PER_KBIT,
  latencyMs: 10,
  joinsAtMs,
});

/** Towns where a shop's edges may stand: a name is easier to follow than a number. */
const TOWNS = ['Berlin', 'Oslo', 'Porto', 'Riga', 'Turin', 'Gdansk', 'Lyon', 'Ghent'];

const edges = (count: number, rates: Rates): HostPlan[] =>
  TOWNS.slice(0, count).map((town, i) => host(town, 'edge', rates, 1 + 7 * i));

/** A photo in six widths; their bytes about double from one to the next. */
const WIDTHS = [320, 480, 640, 960, 1280, 1920];
const SHARES = [2, 3, 5, 9, 15, 30];

function photo(name: string, kib: number, pieceLengthBytes?: number): SetPlan {
  const whole = SHARES.reduce((sum, share) => sum + share, 0);
  const files = WIDTHS.map((width, i) => ({
    name: `${width}.avif`,
    bytes: Math.floor((kib * KIB * (SHARES[i] as number)) / whole),
  }));
  return { name, files, ...(pieceLengthBytes === undefined ? {} : { pieceLengthBytes }) };
}

const TEN_MBIT: Rates = { upKbit: 4_000, downKbit: 10_000 };

/** What is the same in most of them. */
const usual = { superSeed: true, engine: {}, acts: [], limitMs: 120_000 } as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    ...usual,
    name: 'three-edges',
    about: 'One origin and three edges: the smallest swarm in which edges feed each other.',
    hosts: [host('Origin', 'origin', TEN_MBIT), ...edges(3, TEN_MBIT)],
    sets: [photo('walnut-chair', 1_024)],
  },
  {
    ...usual,
    name: 'fan-out',
    about: 'Four photos go to eight edges, and little more than one copy of each leaves the origin.',
    hosts: [host('Origin', 'origin', TEN_MBIT), ...edges(8, TEN_MBIT)],
    sets: ['walnut-chair', 'linen-sofa', 'oak-table', 'brass-lamp'].map((name) => photo(name, 512)),
  },
  {
    ...usual,
    name: 'thin-seed',
    about:
      'The origin has a thin uplink, the edges broad ones: all wait for its first copy, and for nothing else.',
    hosts: [
      host('Origin', 'origin', { upKbit: 800, downKbit: 4_000 }),
      ...edges(5, { upKbit: 8_000, downKbit: 20_000 }),
    ],
    sets: [photo('linen-sofa', 1_024)],
  },
  {
    ...usual,
    name: 'free-riders',
    about:
      'Two of eight edges upload nothing. With four slots each, the others give theirs to those who give.',
    hosts: [
      host('Origin', 'origin', { upKbit: 4_000, downKbit: 4_000 }),
      ...edges(8, { upKbit: 2_000, downKbit: 8_000 }).map((edge, i) =>
        i >= 6 ? { ...edge, role: 'freeRider' as const } : edge,
      ),
    ],
    sets: [photo('oak-table', 4_096)],
    engine: { uploadSlots: 4, giftSetBytes: 0 },
  },
  {
    ...usual,
    name: 'a-liar',
    about: 'One edge sends wrong blocks. Hashes find it out, and who was lied to bans it.',
    hosts: [
      host('Origin', 'origin', { upKbit: 2_000, downKbit: 10_000 }),
      ...edges(6, TEN_MBIT).map((edge, i) => (i === 2 ? { ...edge, role: 'liar' as const } : edge)),
    ],
    sets: [photo('brass-lamp', 2_048, 32 * KIB)],
    engine: { giftSetBytes: 0 },
  },
  {
    ...usual,
    name: 'late-joiner',
    about: 'The last edge comes when the others have all: it takes from all of them at once.',
    hosts: [
      host('Origin', 'origin', { upKbit: 2_000, downKbit: 10_000 }),
      ...edges(6, TEN_MBIT).map((edge, i) => (i === 5 ? { ...edge, joinsAtMs: 8_000 } : edge)),
    ],
    sets: [photo('walnut-chair', 1_024), photo('linen-sofa', 512)],
  },
  {
    ...usual,
    name: 'end-game',
    about:
      'An edge turns slow with blocks owed to others: they ask for the last ones twice and cancel what comes second.',
    hosts: [host('Origin', 'origin', TEN_MBIT), ...edges(4, TEN_MBIT)],
    sets: [photo('oak-table', 1_536, 64 * KIB)],
    superSeed: false,
    engine: { giftSetBytes: 0 },
    acts: [
      { atMs: 1_400, act: 'slow', node: 1, times: 20 },
      { atMs: 5_000, act: 'slow', node: 1, times: 1 },
    ],
  },
  ...(['off', 'on'] as const).map((onOrOff) => ({
    ...usual,
    name: `super-seeding-${onOrOff}`,
    about:
      onOrOff === 'on'
        ? 'The origin shows each edge other pieces, and shows more to who spreads them: one copy is enough.'
        : 'The origin shows all it has to all, and sends the same pieces several times.',
    hosts: [host('Origin', 'origin', { upKbit: 2_000, downKbit: 10_000 }), ...edges(6, TEN_MBIT)],
    sets: [photo('brass-lamp', 1_536)],
    superSeed: onOrOff === 'on',
    engine: { giftSetBytes: 0 },
  })),
];

export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name === name);
