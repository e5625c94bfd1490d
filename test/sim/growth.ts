/** The same fan-out with more and more hosts at fixed rates: what grows with the swarm that should not. */
import { type FanOut, runFanOut } from './fan-out.ts';
import type { FanOutResult } from './fan-out-result.ts';

export interface GrowthPoint {
  readonly hosts: number;
  readonly result: FanOutResult;
}

export function runGrowth(
  options: FanOut,
  counts: readonly number[],
  done: (options: FanOut, result: FanOutResult) => void,
): GrowthPoint[] {
  return counts.map((hosts) => {
    const grown = { ...options, hosts };
    const result = runFanOut(grown);
    done(grown, result);
    return { hosts, result };
  });
}
