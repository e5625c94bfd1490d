/** Between the page and the worker that simulates a run. One worker makes one run. */
import type { TimedAct } from '../../../../shared/sim/scenario.ts';
import type { TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';

export interface RunOrder {
  readonly scenario: string;
  readonly seed: number;
  /** Beside the scenario's own. */
  readonly acts: readonly TimedAct[];
}

export type RunNews =
  | { readonly type: 'begun'; readonly header: TraceHeader }
  | { readonly type: 'records'; readonly records: readonly TraceRecord[]; readonly nowMs: number }
  | { readonly type: 'over' }
  | { readonly type: 'failed'; readonly why: string };
