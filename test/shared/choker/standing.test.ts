import { describe, expect, it } from 'vitest';
import { comesAfter, type Standing } from '../../../shared/choker/standing.ts';

const KIB = 1024;
const stranger: Standing = {
  isFleet: false,
  hasFleet: false,
  isLeeching: true,
  sentBytes: 0,
  receivedBytes: 0,
  isHoarding: false,
};

describe('threat row 13: who is served first on a full uplink', () => {
  it('a newcomer is trusted with a little, and comes after others when it gives nothing back', () => {
    expect(comesAfter({ ...stranger, sentBytes: 96 * KIB })).toBe(false);
    expect(comesAfter({ ...stranger, sentBytes: 97 * KIB })).toBe(true);
  });

  it('one that gives is no free rider, though it gives less than it gets', () => {
    expect(comesAfter({ ...stranger, sentBytes: 8_000 * KIB, receivedBytes: 1_000 * KIB })).toBe(false);
    expect(comesAfter({ ...stranger, sentBytes: 8_000 * KIB, receivedBytes: 900 * KIB })).toBe(true);
  });

  it('a seed expects nothing back, but that pieces are passed on', () => {
    const seed = { ...stranger, isLeeching: false, sentBytes: 1e9 };
    expect(comesAfter(seed)).toBe(false);
    expect(comesAfter({ ...seed, isHoarding: true })).toBe(true);
  });

  it('threat row 1: beside a fleet, strangers come after; nodes of the fleet only when they give nothing either', () => {
    expect(comesAfter({ ...stranger, hasFleet: true, receivedBytes: 1e9 })).toBe(true);
    const edge = { ...stranger, hasFleet: true, isFleet: true };
    expect(comesAfter({ ...edge, sentBytes: 96 * KIB })).toBe(false);
    expect(comesAfter({ ...edge, sentBytes: 1e9, receivedBytes: 2e8 })).toBe(false);
    expect(comesAfter({ ...edge, sentBytes: 1e9 })).toBe(true);
    expect(comesAfter({ ...edge, isHoarding: true })).toBe(true);
  });
});
