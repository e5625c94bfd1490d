import { expect, test } from 'vitest';
import { makeImageSet, SET_BYTES } from './support/image-set.ts';
import { eventually, TestEdge } from './support/test-edge.ts';
import { TestOrigin } from './support/test-origin.ts';

test('an edge that prefetches joins what is published and serves it byte for byte', async () => {
  const origin = await TestOrigin.start();
  const [before, after] = [await makeImageSet(1), await makeImageSet(2)];
  origin.publish(before);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 1, complete: 1 }));
  origin.publish(after);
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 2, complete: 2 }));
  for (const set of [before, after])
    for (const [name, bytes] of set.files)
      expect((await edge.bytes(`/images/${set.image.id}/${name}`)).equals(bytes), name).toBe(true);
  const status = await edge.status();
  expect(status).toMatchObject({
    role: 'edge',
    name: 'edge-test',
    log: { number: 3, stale: false, forked: false },
  });
  expect(status.bytes).toMatchObject({
    wanted: 2 * SET_BYTES,
    verified: 2 * SET_BYTES,
    fromOrigin: 2 * SET_BYTES,
  });
  expect(await edge.ready()).toBe(true);
});
