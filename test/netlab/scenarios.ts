/** The scenarios by name: links, payload, and the marks their figures are held to. */
import { ALLOWED_MS, measureCold, measureTrouble } from './cold.ts';
import { measureCrowd } from './crowd.ts';
import { measureEdgeFaults } from './edge-faults.ts';
import { measureFaults } from './faults.ts';
import { measureFreeRiders } from './free-riders.ts';
import type { Lab } from './lab.ts';
import { measureLatency } from './latency.ts';
import { type RunReport, reportOf } from './metrics.ts';
import type { WantedSets } from './payload.ts';
import { publishedFor } from './published.ts';
import { measurePurge } from './purge.ts';
import { APART_MARK, withSimulation } from './simulated.ts';
import { spread } from './spread.ts';
import type { LinkShape } from './switch.ts';

export interface Mark {
  /** Name of the figure. */
  readonly figure: string;
  readonly atMost: number;
}

export interface FanOutShape {
  readonly wanted: WantedSets;
  readonly edges: number;
  readonly seedUpKbit: number;
  readonly edgeLink: LinkShape;
}

export interface Scenario {
  readonly summary: string;
  readonly marks: readonly Mark[];
  run(lab: Lab): Promise<RunReport>;
  /** With which stock clients can be run beside; undefined: none can do this. */
  readonly fanOut?: FanOutShape;
}

const MIB = 2 ** 20;

export const CABLE: LinkShape = { upKbit: 20_000, downKbit: 40_000 };
/** What most scenarios are about: 32 MiB from 20 Mbit/s to 8 edges; the bound is 13.4 s. */
export const EIGHT: FanOutShape = {
  wanted: { sets: 24, bytesEach: (32 * MIB) / 24 },
  edges: 8,
  seedUpKbit: 20_000,
  edgeLink: CABLE,
};

function fanOut(summary: string, shape: FanOutShape, marks: readonly Mark[]): Scenario {
  return {
    summary,
    marks: [...marks, APART_MARK],
    fanOut: shape,
    run: async (lab) => {
      const published = await publishedFor(lab.photos, shape.wanted);
      const { seedUpKbit, edgeLink } = shape;
      const behaviours = Array.from({ length: shape.edges }, () => 'honest' as const);
      const seen = await spread(lab, { published, seedUpKbit, edgeLink, behaviours });
      return withSimulation(reportOf(seen), seen, 0);
    },
  };
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  'fan-out': fanOut('32 MiB in 24 image sets to 8 edges', EIGHT, [
    { figure: 'last/bound', atMost: 1.25 },
    { figure: 'copies', atMost: 1.1 },
  ]),
  'many-sets': fanOut(
    'the same bytes as 200 image sets',
    { ...EIGHT, wanted: { sets: 200, bytesEach: (32 * MIB) / 200 } },
    [{ figure: 'last/bound', atMost: 1.35 }],
  ),
  'sixteen-edges': fanOut(
    '16 MiB to 16 edges at half the rates',
    {
      wanted: { sets: 12, bytesEach: (16 * MIB) / 12 },
      edges: 16,
      seedUpKbit: 10_000,
      edgeLink: { upKbit: 10_000, downKbit: 20_000 },
    },
    [{ figure: 'last/bound', atMost: 1.3 }],
  ),
  'thin-seed': fanOut(
    "16 MiB to 8 edges; the seed's uplink is a tenth of theirs",
    { ...EIGHT, wanted: { sets: 12, bytesEach: (16 * MIB) / 12 }, seedUpKbit: 2_000 },
    [{ figure: 'copies', atMost: 1.1 }],
  ),
  latency: {
    summary: 'a new image set of 256 KiB to a running, linked fleet of 8 edges, 10 uploads',
    marks: [{ figure: 'over bound, RTTs', atMost: 6 }],
    run: (lab) => measureLatency(lab, { bytesEach: 256 * 1024, edges: 8, link: CABLE, uploads: 10 }),
  },
  purge: {
    summary: 'an image purged on a running, linked fleet of 8 edges that are all asked for it, 20 purges',
    marks: [
      { figure: 'all edges, ms', atMost: 150 },
      { figure: 'bytes after it', atMost: 0 },
    ],
    run: (lab) => measurePurge(lab, { bytesEach: 256 * 1024, photos: 12, edges: 8, link: CABLE, purges: 20 }),
  },
  'free-riders': {
    summary: 'as fan-out; 2 of the 8 edges upload nothing. Beside it the same with the other 6 alone',
    marks: [
      { figure: 'others/without riders', atMost: 1.1 },
      { figure: 'last other/first rider', atMost: 1 },
      APART_MARK,
    ],
    run: (lab) => measureFreeRiders(lab, EIGHT),
  },
  faults: {
    summary:
      'as fan-out; 2 of the 8 edges are killed midway, 2 send wrong blocks. Before it the same undisturbed',
    marks: [{ figure: 'last/undisturbed', atMost: 1.25 }],
    run: (lab) => measureFaults(lab, EIGHT),
  },
  cold: {
    summary: 'cold images, one request at a time, beside nginx proxy_cache',
    marks: [
      { figure: 'header p50/nginx', atMost: 1 },
      { figure: 'header p99/nginx', atMost: 1 },
      { figure: 'TTFB p50/nginx', atMost: 1 },
      { figure: 'TTFB p99/nginx', atMost: 1 },
      { figure: 'total p50/nginx', atMost: 1 },
      { figure: 'total p99/nginx', atMost: 1 },
    ],
    run: measureCold,
  },
  ...troubles(),
  crowd: {
    summary: 'a page of 200 cold images at 8 edges at once, beside nginx proxy_cache',
    marks: [
      { figure: 'copies', atMost: 1.15 },
      { figure: 'p95/nginx', atMost: 1 / 3 },
    ],
    run: measureCrowd,
  },
  'edge-faults': {
    summary:
      'shoppers at 4 edges: one is killed, its files are damaged, a disk is full, the origin dies, packets are lost',
    marks: [
      { figure: 'wrong bytes', atMost: 0 },
      { figure: 'refused or late', atMost: 0 },
      { figure: 'killed edge ready, s', atMost: 5 },
      { figure: 'damage healed, s', atMost: 10 },
      { figure: 'disk in use again, s', atMost: 35 },
      { figure: 'origin has its edges, s', atMost: 5 },
      { figure: 'published under loss, s', atMost: 30 },
    ],
    run: (lab) => measureEdgeFaults(lab, CABLE),
  },
};

function troubles(): Readonly<Record<string, Scenario>> {
  const of = (trouble: 'dead' | 'slow' | 'liar', what: string): Scenario => ({
    summary: `cold images that a sibling has which ${what}`,
    marks: [{ figure: 'p99 over the origin alone, ms', atMost: ALLOWED_MS }],
    run: (lab) => measureTrouble(lab, trouble),
  });
  return {
    'cold-dead': of('dead', 'then stands still'),
    'cold-slow': of('slow', 'sends 4 KiB/s'),
    'cold-liar': of('liar', 'sends wrong blocks'),
  };
}
