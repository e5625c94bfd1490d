/** One run that can be watched. Acting in a run's past makes another one beside it; both stay. */
import type { Actor } from './actor.ts';
import type { SwarmLog } from './swarm-log.ts';

export interface Branch {
  readonly id: number;
  readonly kind: 'recording' | 'simulation' | 'live';
  /** `as planned`, `edge 3 killed at 4.0 s`. */
  readonly label: string;
  readonly log: SwarmLog;
  /** undefined: nobody may do anything to it. */
  readonly actor?: Actor;
}
