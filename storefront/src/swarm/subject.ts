/** What can be opened, and where in it one begins. */
import type { TimedAct } from '../../../shared/sim/scenario.ts';
import type { Selection } from './share/url-state.ts';
import type { TimeControl } from './time/time-control.ts';

/** What is open, as an address names it. */
export type Subject =
  | { readonly kind: 'scenario'; readonly name: string; readonly seed: number }
  | { readonly kind: 'recording'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'fleet'; readonly address: string };

/** Where and how an opened run begins. */
export interface Opening {
  readonly time?: Partial<TimeControl>;
  readonly acts?: readonly TimedAct[];
  readonly selection?: Selection;
}
