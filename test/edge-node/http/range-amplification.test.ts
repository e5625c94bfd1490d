/** A small range of a large file must not make an edge fetch the file (threat row 41, "CDN Backfired"). */
import { expect, test } from 'vitest';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

/** The origin gives by its web seed only: what the swarm gives besides, and when, is up to super-seeding. */
async function coldEdge() {
  const origin = await TestOrigin.start();
  await origin.leaveSwarm();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).log.number).toBe(2));
  const fetched = async () => {
    const { fromPeers, fromOrigin } = (await edge.status()).bytes;
    return fromPeers + fromOrigin;
  };
  return { edge, set, fetched, path: `/images/${set.image.id}/640.jpg` };
}

test('threat row 41: one byte of a cold file costs the piece it lies in, and the header says so', async () => {
  const { edge, set, fetched, path } = await coldEdge();
  const answer = await edge.get(path, { range: 'bytes=50000-50000' });
  expect(answer.status).toBe(206);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(set.files.get('640.jpg')!.subarray(50_000, 50_001));
  expect(await fetched()).toBe(BLOCK_BYTES);
  // Counted within the range: this one byte.
  expect(answer.headers.get('cache-status')).toBe('edge-test; fwd=miss; detail="disk=0 swarm=0 web-seed=1"');
});

test('threat rows 41 and 42: many requests for ranges of one piece fetch it once; 416 and 304 fetch nothing', async () => {
  const { edge, set, fetched, path } = await coldEdge();
  const etag = `"${set.image.renditions.find(({ name }) => name === '640.jpg')!.root}"`;
  expect((await edge.get(path, { range: 'bytes=100000-' })).status).toBe(416);
  expect((await edge.get(path, { 'if-none-match': etag })).status).toBe(304);
  expect(await fetched()).toBe(0);
  const ranges = Array.from({ length: 50 }, (_, i) => `bytes=${i}-${i},${i + 100}-${i + 100}`);
  const answers = await Promise.all(ranges.map((range) => edge.get(path, { range })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([206]));
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  expect(await fetched()).toBe(BLOCK_BYTES);
});

test('RFC 9211: what of a file was here when it was asked for is told apart from what came', async () => {
  const { edge, path } = await coldEdge();
  await (await edge.get(path, { range: 'bytes=0-0' })).arrayBuffer();
  const answer = await edge.get(path);
  expect((await answer.arrayBuffer()).byteLength).toBe(100_000);
  const [, forward, disk, swarm, webSeed] =
    /fwd=(\w+); detail="disk=(\d+) swarm=(\d+) web-seed=(\d+)"/.exec(
      answer.headers.get('cache-status') ?? '',
    ) ?? [];
  expect([forward, disk]).toEqual(['partial', String(BLOCK_BYTES)]);
  expect(Number(swarm) + Number(webSeed)).toBeLessThanOrEqual(100_000 - BLOCK_BYTES);
  const again = await edge.get(path);
  expect(again.headers.get('cache-status')).toMatch(/^edge-test; hit; detail=(disk|memory)$/);
});
