/** One run that can be watched. Acting in a run's past makes another one beside it; both stay. */
import type { Act } from '../../../../shared/sim/scenario.ts';
import type { SwarmLog } from './swarm-log.ts';

export interface Branch {
  readonly id: number;
  readonly kind: 'recording' | 'simulation' | 'live';
  /** `as planned`, `edge 3 killed at 4.0 s`. */
  readonly label: string;
  readonly log: SwarmLog;
  /** Does something to the swarm at the moment that is shown; undefined where nobody may. */
  readonly act?: (act: Act) => void;
}
