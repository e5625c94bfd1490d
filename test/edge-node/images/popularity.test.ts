import { expect, test } from 'vitest';
import { Popularity } from '../../../edge-node/images/popularity.ts';

test('a request counts 1, and half of it after so many others', () => {
  const popularity = new Popularity<string>(() => 10);
  popularity.asked('a');
  popularity.asked('a');
  expect(popularity.of('a')).toBeCloseTo(1 + 2 ** (-1 / 10), 10);
  for (let other = 0; other < 10; other++) popularity.asked('b');
  expect(popularity.of('a')).toBeCloseTo((1 + 2 ** (-1 / 10)) / 2, 10);
});

test('one that was never asked for, or is forgotten, counts nothing', () => {
  const popularity = new Popularity<string>(() => 10);
  popularity.asked('a');
  popularity.forget('a');
  expect([popularity.of('a'), popularity.of('b')]).toEqual([0, 0]);
});

test('what nobody asks for any more is not remembered for ever', () => {
  const popularity = new Popularity<number>(() => 100);
  for (let id = 0; id < 20_000; id++) popularity.asked(id);
  expect(popularity.size).toBeLessThan(2_100);
  expect(popularity.of(19_999)).toBe(1);
});
