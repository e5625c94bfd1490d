/** Runs a check on random inputs; what fails names its seed, so that the same run can be had again. */
import { type Random, seededRandom } from '../../../shared/random.ts';

export function forRandomInputs(
  rounds: number,
  check: (random: Random) => void,
  firstSeed = (Math.random() * 2 ** 32) >>> 0,
): void {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++)
    try {
      check(seededRandom(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)] as Item;
}

/** Pieces of a grammar in random order, with some random characters among them. */
export function jumble(random: Random, pieces: readonly string[], longest: number): string {
  let text = '';
  for (let i = random.integer(longest + 1); i > 0; i--)
    text += random.integer(8) === 0 ? String.fromCharCode(random.integer(256)) : pick(random, pieces);
  return text;
}
