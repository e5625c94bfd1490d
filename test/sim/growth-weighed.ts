/** What a host of a growing swarm costs, as JSON: `node --jitless growth-weighed.js HOSTS...`; see growth.test.ts. */
import { CALM } from './calm-fan-out.ts';
import { type Load, runGrowth } from './growth.ts';

export interface Weighed extends Load {
  readonly hosts: number;
  readonly isComplete: boolean;
}

/** Small enough to be interpreted. */
const SWARM = { ...CALM, sets: 1, mib: 1 / 8, peers: 10 };

const points = runGrowth(
  process.argv.slice(2).map((hosts) => ({ ...SWARM, hosts: Number(hosts) })),
  () => undefined,
);
const weighed: Weighed[] = points.map(({ options: { hosts }, result: { isComplete }, load }) => ({
  hosts,
  isComplete,
  ...load,
}));
console.log(JSON.stringify(weighed));
