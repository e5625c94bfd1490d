import { expect, it } from 'vitest';
import { durationWords, limitWords, rateWords } from '../../../storefront/src/fleet/words.ts';

it.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [185, '3 min 5 s'],
  [7_800, '2 h 10 min'],
  [86_400, '1 d'],
])('%d seconds', (seconds, words) => {
  expect(durationWords(seconds)).toBe(words);
});

it('rates and limits', () => {
  expect([rateWords(undefined), rateWords(0), rateWords(1536)]).toEqual(['–', '0 B/s', '1.5 KiB/s']);
  expect([limitWords(0), limitWords(65_536)]).toEqual(['no limit', '64 KiB/s']);
});
