import { describe, expect, it } from 'vitest';
import {
  HedgeTimes,
  type HedgeView,
  hedgeMs,
  RaceBudget,
  RecentTimes,
} from '../../../shared/engine/hedge.ts';

const view = (overrides: Partial<HedgeView>): HedgeView => ({
  peers: 'held',
  peerMs: undefined,
  originMs: undefined,
  mayRace: true,
  ceilingMs: 150,
  ...overrides,
});

describe('a reader waits for peers', () => {
  it('not at all when nobody can have the piece', () => {
    expect(hedgeMs(view({ peers: 'nobody', mayRace: false }))).toBe(0);
  });

  it('as long as peers took lately and a little longer, at least the jitter of a path and at most the ceiling', () => {
    expect(hedgeMs(view({}))).toBe(150);
    expect(hedgeMs(view({ peerMs: 40 }))).toBe(55);
    expect(hedgeMs(view({ peerMs: 1 }))).toBe(10);
    expect(hedgeMs(view({ peerMs: 4_000 }))).toBe(150);
  });

  it('not for word of who has it, while races may be had', () => {
    expect(hedgeMs(view({ peers: 'unknown' }))).toBe(0);
    expect(hedgeMs(view({ peers: 'unknown', mayRace: false, peerMs: 40 }))).toBe(150);
    expect(hedgeMs(view({ peers: 'unknown', mayRace: false, peerMs: 40, originMs: 900 }))).toBe(1_800);
  });

  it('for a node that is fetching the piece itself as long as that takes, and a peer after it', () => {
    expect(hedgeMs(view({ peers: 'coming', originMs: 60, peerMs: 40 }))).toBe(115);
  });

  it('twice as long as the origin takes when the budget for races is used up', () => {
    expect(hedgeMs(view({ mayRace: false, originMs: 900, peerMs: 40 }))).toBe(1_800);
    expect(hedgeMs(view({ mayRace: false, originMs: 30, peerMs: 40 }))).toBe(150);
    expect(hedgeMs(view({ peers: 'coming', mayRace: false, originMs: 900, peerMs: 40 }))).toBe(1_855);
  });
});

describe('what was seen lately', () => {
  it('is the 95th percentile of the last 64 times', () => {
    const times = new RecentTimes();
    expect(times.high).toBeUndefined();
    for (let ms = 1; ms <= 100; ms++) times.seen(ms);
    expect(times.high).toBe(97);
    for (let i = 0; i < 64; i++) times.seen(5);
    expect(times.high).toBe(5);
  });

  it('is not less than what the origin lets us wait now', () => {
    const times = new HedgeTimes();
    expect(times.originMs(0)).toBeUndefined();
    times.asked(1, 0);
    times.answered(1, true, 40);
    times.asked(2, 100);
    times.asked(3, 120);
    expect(times.originMs(110)).toBe(40);
    expect(times.originMs(900)).toBe(800);
    times.answered(2, false, 900);
    times.answered(3, false, 900);
    expect(times.originMs(900)).toBe(40);
  });
});

describe('the budget for races', () => {
  it('is a burst and 1 % of what readers were served cold', () => {
    const budget = new RaceBudget();
    budget.spend(60_000);
    expect(budget.isOpen).toBe(true);
    budget.spend(60_000);
    expect(budget.isOpen).toBe(false);
    budget.served(54_464 * 100);
    expect(budget.isOpen).toBe(false);
    budget.served(100);
    expect(budget.isOpen).toBe(true);
  });

  it('gets back what a race that had to be took, and never holds more than the burst', () => {
    const budget = new RaceBudget();
    budget.spend(100_000);
    budget.giveBack(100_000);
    budget.served(10 ** 9);
    budget.spend(65_536);
    expect(budget.isOpen).toBe(false);
  });
});
