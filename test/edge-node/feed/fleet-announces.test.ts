/** An edge in full: what it says on its feed, and what it asks over HTTP. */
import { expect, test } from 'vitest';
import { numbersIn } from '../../../shared/feed/number-ranges.ts';
import { encodePieceHashes } from '../../../shared/metainfo/piece-hashes.ts';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

const SETS = 200;
/** Seeds below this make some image ids twice. */
const FIRST_SEED = 1_000;

test('FA2, FA5: an edge that joins many sets at once says so in few frames and asks nothing over HTTP', async () => {
  const origin = await TestOrigin.start();
  origin.hashesOf = encodePieceHashes;
  for (let at = 0; at < SETS; at++) await origin.publish(await makeImageSet(FIRST_SEED + at));
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(SETS));
  const has = () => {
    const numbers = new Set<number>();
    for (const frame of origin.announces)
      for (const number of numbersIn(frame.has, 1_000)) numbers.add(number);
    return numbers.size;
  };
  // Entry 1 is the log's key: it lies before the first set, and no range begins with it.
  await eventually(() => expect(has()).toBe(SETS));
  expect(origin.announces.length).toBeLessThan(SETS);
  expect(origin.requests.filter((url) => url.startsWith('/announce'))).toEqual([]);
  await edge.stop();
  expect(origin.requests.filter((url) => url.startsWith('/announce'))).toEqual([]);
  process.off('warning', warned);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});
