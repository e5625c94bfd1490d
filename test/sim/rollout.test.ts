/** A catalog that goes to eight edges while shoppers come, through an origin's thin uplink. */
import { describe, expect, it } from 'vitest';
import { runRollout } from './rollout.ts';

describe('shoppers at edges that fetch the whole catalog', () => {
  it('RW1, RW3, RW4: wait less than at edges that fetch what is asked for alone', () => {
    const pull = runRollout('pull', 2);
    const swarm = runRollout('swarm', 2);
    expect([pull.unanswered, swarm.unanswered]).toEqual([0, 0]);
    // 6.5 and 8.1 s beside 0.8 and 1.8 s; 1.3 and 3.2 s when all that readers want was asked for over the wire at once.
    expect(swarm.p95Ms).toBeLessThan(pull.p95Ms / 5);
    expect(swarm.p99Ms).toBeLessThan(pull.p99Ms / 3);
    // Then 1.24 copies left the origin, and the last edge had everything after 8.7 s.
    expect(swarm.copies).toBeLessThan(1.15);
    expect(swarm.completeMs).toBeLessThan(8_300);
    // RW4: 2.9 s when the origin told of as much as ever while readers asked.
    expect(swarm.worstMs).toBeLessThan(2_500);
  });
});
