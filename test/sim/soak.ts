/** Many drawn swarms in a row: what broke, and how near the others came to their bounds. */
import { InvariantBroken } from '../../shared/sim/rules.ts';
import { runRandomScenario } from './random-scenario.ts';

export interface Soak {
  readonly failures: readonly string[];
  readonly runs: number;
  /** Highest part of its bound that a recovery took, and the seed. */
  readonly slowest: { readonly share: number; readonly seed: number };
}

export function soak(firstSeed: number, count: number, say: (line: string) => void): Soak {
  const failures: string[] = [];
  let slowest = { share: 0, seed: firstSeed };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      const { recoverySeconds, boundSeconds } = runRandomScenario(seed);
      const share = recoverySeconds / boundSeconds;
      if (share > slowest.share) slowest = { share, seed };
    } catch (error) {
      const what =
        error instanceof InvariantBroken ? error.message : `seed ${seed}: ${(error as Error).stack}`;
      failures.push(what);
      say(`FAILED ${what}`);
    }
    const done = seed - firstSeed + 1;
    if (done % 50 === 0) say(`${done} of ${count} runs, ${failures.length} failed`);
  }
  return { failures, runs: count, slowest };
}
