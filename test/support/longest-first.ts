/** In a fresh clone nobody knows how long files take. The longest are named here: one that starts last is waited for. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'system/load-run',
  'system/faults-during-load',
  'system/clock-jumps',
  'system/origin-crash',
  'browser/fleet',
  'browser/shop-states',
  'interop/stock-leecher',
  'browser/shop-faults',
  'system/hostile-peers',
  'server/ingest/kill',
  'sim/labs/labs',
  'shared/node/store/power-faults',
  'server/main',
  'edge-node/workers',
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return found < 0 ? LONGEST.length : found;
}
