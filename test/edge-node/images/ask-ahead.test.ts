/** What a shopper waits for is on its way while the edge still learns what the torrent is. */
import { expect, test } from 'vitest';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

/** An edge that knows two sets by name only, and an origin that keeps their .torrent files back. */
async function edgeBeforeTorrents() {
  const origin = await TestOrigin.start();
  await origin.leaveSwarm();
  const sets = [await makeImageSet(1), await makeImageSet(2)] as const;
  for (const set of sets) await origin.publish(set);
  const held: (() => void)[] = [];
  origin.intercept = (request, response) => {
    const set = sets.find(({ metainfo }) => request.url === `/torrents/${metainfo.infoHash}.torrent`);
    if (set) held.push(() => response.end(set.metainfo.bytes));
    return set !== undefined;
  };
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).log.number).toBe(3));
  const path = (set: (typeof sets)[number]) => `/images/${set.image.id}/640.jpg`;
  return {
    edge,
    sets,
    path,
    asked: (set: (typeof sets)[number]) => origin.requests.filter((url) => url === path(set)).length,
    isHeld: () => eventually(() => expect(held.length).toBe(1)),
    release: () => {
      for (const give of held.splice(0)) give();
    },
  };
}

test('the bytes of a cold image are asked for before its torrent is known, once, and checked by it', async () => {
  const { edge, sets, path, asked, isHeld, release } = await edgeBeforeTorrents();
  const [set] = sets;
  const answers = [edge.bytes(path(set)), edge.bytes(path(set))];
  await isHeld();
  await eventually(() => expect(asked(set)).toBe(1));
  release();
  for (const answer of answers) expect(await answer).toEqual(set.files.get('640.jpg'));
  expect(asked(set)).toBe(1);
  const { fromOrigin, verified } = (await edge.status()).bytes;
  expect([fromOrigin, verified]).toEqual([100_000, 100_000]);
});

test('neither HEAD nor a range asks for bytes ahead', async () => {
  const { edge, sets, path, asked, isHeld, release } = await edgeBeforeTorrents();
  const [first, second] = sets;
  const head = fetch(edge.url + path(first), { method: 'HEAD' });
  await isHeld();
  release();
  expect((await head).status).toBe(200);
  const range = edge.get(path(second), { range: 'bytes=50000-50000' });
  await isHeld();
  expect([asked(first), asked(second)]).toEqual([0, 0]);
  release();
  const answer = await range;
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(
    second.files.get('640.jpg')!.subarray(50_000, 50_001),
  );
  expect([asked(first), asked(second)]).toEqual([0, 1]);
});
