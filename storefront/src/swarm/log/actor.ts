/** Who does something to a swarm that is watched. */
import type { Act } from '../../../../shared/sim/scenario.ts';
import type { Selection } from '../share/url-state.ts';
import type { SwarmLog } from './swarm-log.ts';

export type Offer = readonly [words: string, act: Act];

export interface Actor {
  /** When and to what it happens, for the watcher. */
  readonly hint: string;
  /** What can be done, by what is selected and the moment that is shown. */
  readonly offers: (log: SwarmLog, selection: Selection | undefined, atMs: number) => readonly Offer[];
  readonly perform: (act: Act) => void;
}
