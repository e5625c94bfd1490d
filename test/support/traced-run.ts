/** A scenario's run as a log, run to its end. */
import { createSimulation, type TracedRun } from '../../shared/sim/create-simulation.ts';
import { scenarioNamed } from '../../shared/sim/scenarios.ts';
import type { TraceHeader, TraceRecord } from '../../shared/trace/record.ts';

const STEP_MS = 100;

export function namedRun(name: string, seed = 1): TracedRun {
  const scenario = scenarioNamed(name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  return createSimulation(scenario, seed);
}

export function runToEnd(run: TracedRun): TraceRecord[] {
  const records: TraceRecord[] = [];
  while (!run.isOver) records.push(...run.runUntil(run.nowMs + STEP_MS));
  return records;
}

export function tracedRun(
  name: string,
  seed = 1,
): { readonly header: TraceHeader; readonly records: readonly TraceRecord[] } {
  const run = namedRun(name, seed);
  return { header: run.header, records: runToEnd(run) };
}
