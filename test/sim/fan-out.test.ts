import { expect, test } from 'vitest';
import { CALM } from './calm-fan-out.ts';
import { runFanOut } from './fan-out.ts';

test('three sets of a block each are given the time of their handshakes, not forty times what the links allow', () => {
  const { isComplete, originCopies } = runFanOut({ ...CALM, hosts: 1, sets: 3, mib: 3 / 1_024, peers: 10 });
  expect({ isComplete, originCopies }).toEqual({ isComplete: true, originCopies: 1 });
});
