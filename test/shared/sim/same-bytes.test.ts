import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { compareBy, sameBytes, sameWords } from '../../../shared/sim/same-bytes.ts';

afterEach(() => compareBy(sameWords));

test('blocks of any length and place are alike when all their bytes are, whoever compares', () => {
  const seed = Date.now() % 2 ** 31;
  const random = seededRandom(seed);
  for (let round = 0; round < 2_000; round++) {
    const length = random.integer(70);
    const place = () => random.integer(9);
    const bytes = Uint8Array.from({ length }, () => random.integer(256));
    const [a, b] = [place(), place()].map((at) => {
      const block = new Uint8Array(at + length).subarray(at);
      block.set(bytes);
      return block;
    }) as [Uint8Array, Uint8Array];
    const isChanged = length > 0 && random.integer(2) === 0;
    if (isChanged) {
      const at = random.integer(length);
      b[at] = (b[at] as number) ^ (1 + random.integer(255));
    }
    for (const compare of [sameWords, (x: Uint8Array, y: Uint8Array) => Buffer.compare(x, y) === 0]) {
      compareBy(compare);
      expect(sameBytes(a, b), `seed ${seed}, round ${round}`).toBe(!isChanged);
    }
  }
  expect(sameBytes(new Uint8Array(8), new Uint8Array(9))).toBe(false);
});
