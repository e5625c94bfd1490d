import { describe, expect, it } from 'vitest';
import { type CostInputs, costsOf } from './cost.ts';

/** 1,000 sets of 1 GB are a TB, so that costs can be worked out in one's head. */
const INPUTS: CostInputs = {
  edges: 10,
  newSets: 1_000,
  setBytes: 1e9,
  shopperTb: 100,
  missShare: 0,
  originPerTb: 50,
  edgePerTb: 1,
  edgeRent: 5,
  copies: 1,
};
const costs = (changes: Partial<CostInputs> = {}) => costsOf({ ...INPUTS, ...changes });

describe('what a month of images costs', () => {
  it('the origin alone pays for each byte to shoppers at its own price', () => {
    expect(costs().originAlone).toBe(5_000);
  });

  it('edges that fetch at the origin pay for a copy each; in a swarm one leaves the origin, the others leave edges', () => {
    expect(costs().edgesByOrigin).toBe(100 * 1 + 10 * 5 + 10 * 50);
    expect(costs().swarm).toBe(100 * 1 + 10 * 5 + 50 + 9 * 1);
    expect(costs().originTb).toEqual({ originAlone: 100, edgesByOrigin: 10, swarm: 1 });
  });

  it('one edge gains nothing by a swarm, and no more copies leave the origin than there are edges', () => {
    const one = costs({ edges: 1, copies: 1.06, missShare: 0.2 });
    expect(one.swarm).toBe(one.edgesByOrigin);
    expect(one.originTb.swarm).toBe(one.originTb.edgesByOrigin);
  });

  it('with one price for all egress the swarm takes load off the origin, and saves no money', () => {
    const flat = costs({ originPerTb: 1 });
    expect(flat.swarm).toBe(flat.edgesByOrigin);
    expect(flat.swarmPaysFromTb).toBeUndefined();
  });

  it('at the traffic it names, swarm and origin alone cost the same', () => {
    for (const missShare of [0, 0.2]) {
      const { swarmPaysFromTb } = costs({ missShare });
      const there = costs({ missShare, shopperTb: swarmPaysFromTb as number });
      expect(there.swarm).toBeCloseTo(there.originAlone, 6);
    }
  });

  it('what has no room on an edge comes from the origin, or in a swarm from edges', () => {
    expect(costs({ missShare: 0.1 }).edgesByOrigin - costs().edgesByOrigin).toBeCloseTo(10 * 50, 6);
    expect(costs({ missShare: 0.1 }).swarm - costs().swarm).toBeCloseTo(10 * 1, 6);
  });
});
