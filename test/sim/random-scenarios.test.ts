/**
 * Goal: no swarm that a seed can draw stores a wrong byte, bans an honest node, or leaves anybody stuck after its
 * faults have ended. Method: draw, run, check while it runs. A seed that once failed becomes a named test.
 */
import { describe, expect, it } from 'vitest';
import { runRandomScenario } from './random-scenario.ts';

const FIRST_SEED = 1;
const SEEDS = 30;

describe('swarms drawn from a seed', () => {
  it(`seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1}: safe at every moment, and everyone who stays completes`, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const { stuck, faults } = runRandomScenario(seed);
      expect(stuck, `seed ${seed}; faults: ${faults.join('; ')}`).toEqual([]);
    }
  });

  it('the same seed gives the same run', () => {
    expect(runRandomScenario(5)).toEqual(runRandomScenario(5));
  });
});
