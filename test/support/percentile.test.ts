import { expect, test } from 'vitest';
import { percentileOf, sortedNumbers } from './percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

test.each([
  [0.5, 50],
  [0.95, 95],
  [0.99, 99],
  [0.999, 100],
  [1, 100],
  [0, 1],
])('of 1 to 100, the share %d is at most %i', (part, value) => {
  expect(percentileOf(hundred, part)).toBe(value);
});

test('products of fractions do not push a rank up: 0.07 of 100 is the seventh', () => {
  expect(0.07 * 100).toBeGreaterThan(7);
  expect(percentileOf(hundred, 0.07)).toBe(7);
});

test('nothing has no percentile', () => {
  expect(percentileOf([], 0.5)).toBeNaN();
});

test('numbers are sorted as numbers', () => {
  expect(sortedNumbers([10, 9, 100, -1])).toEqual([-1, 9, 10, 100]);
});
