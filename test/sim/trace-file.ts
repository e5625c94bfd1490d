/** `--trace`: a named scenario's run, written down as a log. */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { invariant } from '../../shared/errors.ts';
import { choice, type FlagKind } from '../../shared/node/config/kinds.ts';
import { createSimulation } from '../../shared/sim/create-simulation.ts';
import { SCENARIOS, scenarioNamed } from '../../shared/sim/scenarios.ts';
import type { TraceRecord } from '../../shared/trace/record.ts';
import { writeTrace } from '../../shared/trace/write.ts';

const STEP_MS = 100;
/** The page shows some time of rest after the last block. */
const REST_MS = 500;

const names = SCENARIOS.map(({ name }) => name) as [string, ...string[]];

/** Nine words would make every other line of `--help` as long. */
export const scenarioName: FlagKind<string> = {
  ...choice(...names),
  placeholder: 'name',
  unit: names.join(', '),
};

/** @param file compressed when its name ends in `.gz` */
export function writeTraceFile(file: string, name: string, seed: number): string {
  const scenario = scenarioNamed(name);
  invariant(scenario, 'the flag named a scenario');
  const run = createSimulation(scenario, seed);
  const records: TraceRecord[] = [];
  while (!run.isOver) records.push(...run.runUntil(run.nowMs + STEP_MS));
  records.push(...run.runUntil(run.nowMs + REST_MS));
  const text = writeTrace(run.header, records);
  const bytes = file.endsWith('.gz') ? gzipSync(text, { level: 9 }) : text;
  writeFileSync(file, bytes);
  const seconds = (run.nowMs / 1000).toFixed(1);
  return `${scenario.name}: ${records.length} records of ${seconds} s, ${(bytes.length / 1024).toFixed(0)} KiB: ${file}`;
}
