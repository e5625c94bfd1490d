/** A run's figures, with all that is needed to repeat it. */
import { cpus, release, type } from 'node:os';
import { variableName } from '../../shared/node/config/flags.ts';
import type { Environment } from '../../shared/node/config/parse-flags.ts';
import { packageVersion } from '../../shared/node/process/version.ts';
import { LOAD_FLAGS, type LoadFlags } from './flags.ts';
import { type LoadResult, type ModeResult, RESULT_FORMAT } from './result.ts';
import { scenarioOf } from './scenario-of.ts';

export function resultOf(
  flags: LoadFlags,
  summary: string,
  edges: number,
  modes: readonly ModeResult[],
  isPartial: boolean,
): LoadResult {
  return {
    format: RESULT_FORMAT,
    startedAt: new Date().toISOString(),
    command: commandOf(process.argv.slice(2), process.env),
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

/** As a shell takes it, with the variables that gave flags their values. */
export function commandOf(given: readonly string[], environment: Environment): string {
  const variables = Object.keys(LOAD_FLAGS).flatMap((field) => {
    const name = variableName(field);
    const value = environment[name] ?? '';
    return value === '' ? [] : [`${name}=${quoted(value)}`];
  });
  const flags = given.length > 0 ? ['--', ...given.map(quoted)] : [];
  return [...variables, 'npm run load', ...flags].join(' ');
}

const quoted = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
