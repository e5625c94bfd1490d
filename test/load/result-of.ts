/** A run's figures, with all that is needed to repeat it. */
import { cpus, release, type } from 'node:os';
import { packageVersion } from '../../shared/node/process/version.ts';
import type { LoadFlags } from './flags.ts';
import { type LoadResult, type ModeResult, RESULT_FORMAT } from './result.ts';
import { scenarioOf } from './scenario-of.ts';

export function resultOf(
  flags: LoadFlags,
  summary: string,
  edges: number,
  modes: readonly ModeResult[],
  isPartial: boolean,
): LoadResult {
  const given = process.argv.slice(2);
  return {
    format: RESULT_FORMAT,
    startedAt: new Date().toISOString(),
    command: `npm run load${given.length > 0 ? ` -- ${given.join(' ')}` : ''}`,
    machine: {
      node: `Node ${process.version}`,
      processor: cpus()[0]?.model ?? 'unknown processor',
      cores: cpus().length,
      kernel: `${type()} ${release()}`,
    },
    version: packageVersion(),
    scenario: flags.against === undefined ? flags.scenario : 'deployment',
    summary,
    seed: flags.seed,
    edges,
    visitorsPerSecond: scenarioOf(flags).visitorsPerSecond,
    isPartial,
    modes,
  };
}
