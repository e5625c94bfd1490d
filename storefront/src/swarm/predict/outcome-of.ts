/** What a run came to, when it is over. */
import type { SwarmLog } from '../log/swarm-log.ts';
import { figuresOf } from '../meters/figures-of.ts';
import type { Outcome } from './verdict.ts';

export function outcomeOf(log: SwarmLog): Outcome {
  const riders = log.newest.nodes.filter(({ role }) => role === 'freeRider').map(({ doneAt }) => doneAt);
  const isDone = riders.length > 0 && riders.every((doneAt) => doneAt !== undefined);
  return {
    ...figuresOf(log, log.endMs),
    freeRiderDoneMs: isDone ? Math.max(...(riders as number[])) : undefined,
  };
}
