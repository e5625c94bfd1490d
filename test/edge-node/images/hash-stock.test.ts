import { expect, it } from 'vitest';
import { HashStock } from '../../../edge-node/images/hash-stock.ts';
import type { InfoHash } from '../../../shared/units.ts';

const infoHash = (number: number) => `${number}` as InfoHash;

it('FH5: asks for 64 sets at a time, for none twice, and for none that is needless', async () => {
  const asked: InfoHash[] = [];
  const ends: (() => void)[] = [];
  const stock = new HashStock({
    isNeedless: (each) => Number(each) % 2 === 1,
    ask: (each) => {
      asked.push(each);
      return new Promise((resolve) => ends.push(resolve));
    },
  });
  for (let number = 0; number < 200; number++) stock.add(infoHash(number));
  stock.add(infoHash(0));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(asked).toEqual(Array.from({ length: 32 }, (_, index) => infoHash(2 * index)));
  for (let turn = 0; turn < 6; turn++) {
    for (const end of ends.splice(0)) end();
    await settled();
  }
  expect(asked).toEqual(Array.from({ length: 100 }, (_, index) => infoHash(2 * index)));
  stock.add(infoHash(400));
  await settled();
  expect(asked.at(-1)).toBe('400');
  stock.close();
});
