/** The engine itself, in virtual time, beside the page: a run from its begin to its end, as fast as it goes. */
import { createSimulation, type TracedRun } from '../../../../shared/sim/create-simulation.ts';
import { scenarioNamed } from '../../../../shared/sim/scenarios.ts';
import type { RunNews, RunOrder } from './sim-messages.ts';

/** Virtual time between two parcels of records: small ones first, so that the picture begins at once. */
const FIRST_STEP_MS = 50;
const STEP_MS = 500;

const tell = (news: RunNews): void => postMessage(news);

addEventListener('message', ({ data }: MessageEvent<RunOrder>) => {
  const scenario = scenarioNamed(data.scenario);
  if (scenario === undefined)
    return tell({ type: 'failed', why: `There is no scenario “${data.scenario}”.` });
  try {
    const run = createSimulation(scenario, data.seed, data.acts);
    tell({ type: 'begun', header: run.header });
    goOn(run, FIRST_STEP_MS);
  } catch (error) {
    tell({ type: 'failed', why: String(error) });
  }
});

function goOn(run: TracedRun, stepMs: number): void {
  const records = run.runUntil(run.nowMs + stepMs);
  tell({ type: 'records', records, nowMs: run.nowMs });
  if (run.isOver) tell({ type: 'over' });
  else setTimeout(() => goOn(run, Math.min(STEP_MS, stepMs * 2)), 0);
}
