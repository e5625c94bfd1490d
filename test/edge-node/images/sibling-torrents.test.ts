/** What an edge asks its siblings for while the origin does not tell it what a torrent is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

/** Says what it was asked for. */
async function sibling(body: Uint8Array | undefined): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** An origin that gives pieces, and no .torrent. */
async function originWithoutTorrents(siblings: readonly { url: string }[]): Promise<TestOrigin> {
  const origin = await TestOrigin.start();
  origin.intercept = (request, response) => {
    if (request.url?.startsWith('/torrents/') !== true) return false;
    response.writeHead(500).end();
    return true;
  };
  origin.siblings = siblings.map(({ url }, index) => ({
    peerId: `${index + 1}`.padStart(40, '0') as never,
    host: '127.0.0.1',
    port: 1,
    url,
  }));
  return origin;
}

test('FH6: a reader gets an image by the .torrent of a sibling; those without it, or with another, are passed over', async () => {
  const [right, wrong] = [await makeImageSet(1), await makeImageSet(2)];
  const siblings = [
    await sibling(undefined),
    await sibling(wrong.metainfo.bytes),
    await sibling(right.metainfo.bytes),
  ];
  const origin = await originWithoutTorrents(siblings);
  await origin.publish(right);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  expect((await edge.get(`/images/${right.image.id}/160.jpg`)).status).toBe(200);
  expect(siblings[2]?.asked).toEqual([`/torrents/${right.image.infoHash}.torrent`]);
});

test('FH6: an edge that prefetches leaves its siblings alone, and asks them once a reader waits', async () => {
  const set = await makeImageSet(3);
  const holder = await sibling(set.metainfo.bytes);
  const origin = await originWithoutTorrents([holder]);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { prefetch: 'all' });
  const failures = /shoal_edge_join_failures_total\{code="origin_status"\}/;
  await eventually(async () => expect(await edge.metric(failures)).toBeGreaterThan(1));
  expect(holder.asked).toEqual([]);
  expect((await edge.get(`/images/${set.image.id}/160.jpg`)).status).toBe(200);
  expect(holder.asked.length).toBe(1);
});

test("FH6: when no sibling has it either, the answer tells the origin's fault", async () => {
  const set = await makeImageSet(4);
  const origin = await originWithoutTorrents([await sibling(undefined)]);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  const answer = await edge.get(`/images/${set.image.id}/160.jpg`);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('origin_status')]);
});
