import { describe, expect, it } from 'vitest';
import { type GiftView, isGiven } from '../../../shared/engine/gift-policy.ts';

const KIB = 1024;
const view: GiftView = {
  takesGifts: true,
  isFleet: true,
  setBytes: 256 * KIB,
  maxSetBytes: 1024 * KIB,
  setsUnderWay: 1,
  queuedBytes: 0,
  comesAfter: () => false,
};

describe('GV6: what is given unasked', () => {
  it('a small set, to a node of the fleet, while little is under way', () => {
    expect(isGiven(view)).toBe(true);
    expect(isGiven({ ...view, setBytes: view.maxSetBytes, setsUnderWay: 4, queuedBytes: 112 * KIB })).toBe(
      true,
    );
  });

  const cases: readonly [string, Partial<GiftView>][] = [
    ['to a node that takes no gifts', { takesGifts: false }],
    ['to a stranger', { isFleet: false }],
    ['of a larger set', { setBytes: view.maxSetBytes + 1 }],
    ['of any set when gifts are off', { maxSetBytes: 0 }],
    ['while many sets are under way', { setsUnderWay: 5 }],
    ['to a node for which much waits', { queuedBytes: 128 * KIB }],
    ['to a node that comes after others on the uplink', { comesAfter: () => true }],
  ];
  it.each(cases)('nothing %s', (_, change) => {
    expect(isGiven({ ...view, ...change })).toBe(false);
  });
});
