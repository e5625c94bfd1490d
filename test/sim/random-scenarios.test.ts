/**
 * Goal: no swarm that a seed can draw breaks a rule of invariants.ts, nor leaves anybody stuck after its faults have
 * ended. Method: draw, run, check while it runs. A seed that once failed becomes a named test in regressions.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { runRandomScenario } from './random-scenario.ts';

const FIRST_SEED = 1;
const SEEDS = 30;
const MINUTE_MS = 60_000;

describe('swarms drawn from a seed', () => {
  it(
    `seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1}: safe at every moment, and everyone who stays completes in time`,
    () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) runRandomScenario(seed);
    },
    5 * MINUTE_MS,
  );

  it('the same seed gives the same run, whatever ran before it', () => {
    const first = runRandomScenario(5);
    runRandomScenario(6);
    expect(runRandomScenario(5)).toEqual(first);
  });
});
