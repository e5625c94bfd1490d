import { describe, expect, it } from 'vitest';
import type { TimedAct } from '../../../../shared/sim/scenario.ts';
import { branchWords, readAct, writeAct } from '../../../../storefront/src/swarm/simulate/act-words.ts';

const ACTS: readonly (readonly [TimedAct, string, string])[] = [
  [{ act: 'kill', node: 3, atMs: 4_000 }, 'kill-3@4000', 'Riga killed at 4.0 s'],
  [{ act: 'restart', node: 3, atMs: 5_000 }, 'restart-3@5000', 'Riga restarted at 5.0 s'],
  [{ act: 'add', count: 3, atMs: 10 }, 'add-3@10', '3 edges added at 0.0 s'],
  [{ act: 'slow', node: 3, times: 10, atMs: 7 }, 'slow-3-10@7', 'Riga 10 times slower at 0.0 s'],
  [{ act: 'cut', node: 3, peer: 1, atMs: 7 }, 'cut-3-1@7', 'Riga cut off from Oslo at 0.0 s'],
  [{ act: 'mend', node: 3, peer: 1, atMs: 7 }, 'mend-3-1@7', 'Riga joined with Oslo again at 0.0 s'],
  [{ act: 'freeRide', node: 3, atMs: 7 }, 'freeride-3@7', 'Riga gives nothing at 0.0 s'],
  [{ act: 'lie', node: 3, atMs: 7 }, 'lie-3@7', 'Riga lies at 0.0 s'],
];
const nameOf = (node: number) => (node === 3 ? 'Riga' : 'Oslo');

describe('acts in words', () => {
  it.each(ACTS)('%j', (act, inAddress, words) => {
    expect(writeAct(act)).toBe(inAddress);
    expect(readAct(inAddress)).toEqual(act);
    expect(branchWords(act, nameOf).replace('\u00a0', ' ')).toBe(words);
  });

  it.each([
    '',
    'kill@5',
    'kill-1',
    'kill--1@5',
    'explode-1@5',
    'cut-1@5',
    'kill-1.5@5',
    'kill-99999@5',
    'add-3@-1',
  ])('%j is no act', (word) => {
    expect(readAct(word)).toBeUndefined();
  });
});
