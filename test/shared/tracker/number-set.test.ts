import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { NumberSet } from '../../../shared/tracker/number-set.ts';

describe('a set of numbers', () => {
  it('is what a plain set is, whatever is added, deleted and kept', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 100; round++) {
      const [numbers, others] = [new NumberSet(), new NumberSet()];
      const [plain, plainOthers] = [new Set<number>(), new Set<number>()];
      const most = 1 + random.integer(400);
      for (let step = 0; step < 60; step++) {
        const number = random.integer(most);
        if (random.integer(3) === 0) {
          numbers.delete(number);
          plain.delete(number);
        } else {
          numbers.add(number);
          plain.add(number);
        }
        const other = random.integer(most);
        others.add(other);
        plainOthers.add(other);
      }
      const all = Array.from({ length: most + 70 }, (_, at) => at);
      const both = all.filter((number) => plain.has(number) && plainOthers.has(number));
      const context = `seed ${seed}, round ${round}`;
      expect(
        all.filter((number) => numbers.has(number)),
        context,
      ).toEqual([...plain].sort((a, b) => a - b));
      expect(numbers.countIn(others), context).toBe(both.length);
      expect(others.countIn(numbers), context).toBe(both.length);
      numbers.keep(others);
      expect(
        all.filter((number) => numbers.has(number)),
        context,
      ).toEqual(both);
    }
  });
});
