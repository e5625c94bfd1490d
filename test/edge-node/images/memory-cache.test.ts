import { expect, test } from 'vitest';
import { MemoryCache } from '../../../edge-node/images/memory-cache.ts';
import { Popularity } from '../../../edge-node/images/popularity.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot } from '../../../shared/units.ts';

const FILE_BYTES = 10;

/** @returns how many of the requests found their file in memory */
async function hits(requests: readonly string[], isCounted: boolean): Promise<number> {
  const popularity = new Popularity<string>(() => 1_000);
  const cache = new MemoryCache(8 * FILE_BYTES);
  let found = 0;
  for (const name of requests) {
    const root = name as FileRoot;
    popularity.asked(name);
    if (cache.get(root)) found++;
    else {
      const read = async () => new Uint8Array(FILE_BYTES);
      await (isCounted ? cache.load(root, read, () => popularity.of(name)) : cache.load(root, read));
    }
    expect(cache.bytes).toBeLessThanOrEqual(8 * FILE_BYTES);
  }
  return found;
}

test('a scan through the catalog pushes nothing out that is hot', async () => {
  const hot = Array.from({ length: 200 }, (_, at) => `hot ${at % 8}`);
  const scan = Array.from({ length: 100 }, (_, at) => `once ${at}`);
  const before = await hits(hot, true);
  expect((await hits([...hot, ...scan, ...hot], true)) - before).toBe(hot.length);
  expect((await hits([...hot, ...scan, ...hot], false)) - before).toBe(hot.length - 8);
});

test.each([1, 2, 3])(
  'on Zipf traffic it hits more often than the last used alone (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const requests = Array.from({ length: 5_000 }, () => `${Math.floor(200 ** random.fraction())}`);
    expect(await hits(requests, true)).toBeGreaterThan(await hits(requests, false));
  },
);

test('what was hot makes room when it is asked for no more', async () => {
  const hot = Array.from({ length: 80 }, (_, at) => `old ${at % 8}`);
  const later = Array.from({ length: 8_000 }, (_, at) => `new ${at % 8}`);
  expect(await hits([...hot, ...later], true)).toBeGreaterThan(hot.length + 0.9 * later.length - 100);
});

test('what is kept is a Buffer over the memory that was read, so that no write makes one', async () => {
  const cache = new MemoryCache(8 * FILE_BYTES);
  const read = new Uint8Array(FILE_BYTES);
  const root = 'kept' as FileRoot;
  await cache.load(root, async () => read);
  expect(cache.get(root)).toBeInstanceOf(Buffer);
  expect(cache.get(root)?.buffer).toBe(read.buffer);
});
