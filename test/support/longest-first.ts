/** In a fresh clone nobody knows how long files take. The longest are named here: one that starts last is waited for. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS = path.dirname(import.meta.dirname);

const LONGEST = present(
  TESTS,
  [
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
  ].map((name) => `${name}.test.ts`),
);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const found = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return found < 0 ? LONGEST.length : found;
}

/** @throws when one of them is not there: it was renamed, and would no longer be among the first */
export function present(folder: string, files: readonly string[]): readonly string[] {
  for (const file of files)
    if (!existsSync(path.join(folder, file)))
      throw new Error(`LongestFirst names ${file}, which is not in ${folder}`);
  return files;
}
