/** Popularity: the product of rank r is asked for in proportion to 1 / r^exponent. */
import type { Random } from '../../../shared/random.ts';

/** @returns draws numbers from 0, the most popular, to `count` - 1 */
export function zipf(count: number, exponent: number): (random: Random) => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) {
    sum += rank ** -exponent;
    sums.push(sum);
  }
  return (random) => {
    const drawn = random.fraction() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
