/** `npm run lab cost`: what a month costs with more and more edges, and from where on the swarm pays (docs/COST.md). */
import { defineFlags } from '../../../shared/node/config/flags.ts';
import { count } from '../../../shared/node/config/kinds.ts';
import { type CostInputs, costsOf } from '../cost.ts';
import { counts } from '../counts.ts';
import { SAMPLE_SET_KIB } from '../sample-set.ts';
import { defineLab, type LabResult } from './lab.ts';

const money = (unit: string) => count('money', unit, 0, 1_000_000);

const flags = defineFlags({
  edges: { kind: counts('edges', 10_000), default: [1, 2, 4, 10, 30, 100], description: 'Edges of each row' },
  newSets: {
    kind: count('count', 'sets a month', 0, 1e9),
    default: 100_000,
    description: 'Images published',
  },
  setKib: {
    kind: count('KiB', 'KiB', 1, 1_048_576),
    default: SAMPLE_SET_KIB,
    description: 'All renditions of one image; the sample photos have so many',
  },
  shopperTb: { kind: count('TB', 'TB a month', 0, 1e6), default: 20, description: 'Images sent to shoppers' },
  missPercent: {
    kind: count('percent', '%', 0, 100),
    default: 0,
    description: 'Of what shoppers get, what edges must fetch again because their disks are too small',
  },
  originPerTb: { kind: money('a TB'), default: 80, description: "Price of the origin's egress" },
  edgePerTb: { kind: money('a TB'), default: 2, description: "Price of an edge's egress" },
  edgeRent: { kind: money('a month'), default: 20, description: 'Price of one edge' },
  copiesPercent: {
    kind: count('percent', '%', 100, 10_000),
    default: 106,
    description: 'Copies of a new set that leave the origin; 106 % is a crowd of readers before it spread',
  },
});

interface Options {
  readonly edges: readonly number[];
  readonly newSets: number;
  readonly setKib: number;
  readonly shopperTb: number;
  readonly missPercent: number;
  readonly originPerTb: number;
  readonly edgePerTb: number;
  readonly edgeRent: number;
  readonly copiesPercent: number;
}

const whole = (amount: number) => amount.toFixed(0);

function run(options: Options): LabResult {
  const rows = options.edges.map((edges) => ({ edges, costs: costsOf(inputsOf(options, edges)) }));
  const line = (name: string, of: (costs: ReturnType<typeof costsOf>) => number) => ({
    name,
    points: rows.map(({ edges, costs }): [number, number] => [edges, of(costs)]),
  });
  return {
    table: {
      head: [
        'edges',
        'origin alone',
        'edges fetch at the origin',
        'swarm',
        'TB from the origin: alone, fetched, swarm',
        'swarm is cheaper than the origin alone from',
      ],
      rows: rows.map(({ edges, costs: { originAlone, edgesByOrigin, swarm, originTb, swarmPaysFromTb } }) => [
        String(edges),
        whole(originAlone),
        whole(edgesByOrigin),
        whole(swarm),
        [originTb.originAlone, originTb.edgesByOrigin, originTb.swarm].map((tb) => tb.toFixed(2)).join(', '),
        swarmPaysFromTb === undefined ? 'never' : `${swarmPaysFromTb.toFixed(1)} TB`,
      ]),
    },
    chart: {
      title: 'A month of images',
      xLabel: 'edges',
      yLabel: 'money',
      lines: [
        line('swarm', ({ swarm }) => swarm),
        line('fetch at the origin', ({ edgesByOrigin }) => edgesByOrigin),
        { ...line('origin alone', ({ originAlone }) => originAlone), isDashed: true },
      ],
    },
    answer: {
      claim: 'with two edges and more the swarm is cheaper than edges that fetch at the origin',
      holds: rows.every(({ edges, costs }) => edges < 2 || costs.swarm < costs.edgesByOrigin),
    },
  };
}

const inputsOf = (options: Options, edges: number): CostInputs => ({
  edges,
  newSets: options.newSets,
  setBytes: options.setKib * 1_024,
  shopperTb: options.shopperTb,
  missShare: options.missPercent / 100,
  originPerTb: options.originPerTb,
  edgePerTb: options.edgePerTb,
  edgeRent: options.edgeRent,
  copies: options.copiesPercent / 100,
});

export const costLab = defineLab({
  name: 'cost',
  question: 'What does a month of images cost, and from where on does the swarm pay?',
  flags,
  run,
});
