/** What an edge takes from its origin as a .torrent: threat rows 8, 25 and 26. */

import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { checkMetainfo } from '../../../edge-node/images/check-metainfo.ts';
import type { PublishedImage } from '../../../shared/api-types/catalog.ts';
import { parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { encodePieceHashes } from '../../../shared/metainfo/piece-hashes.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

const changes: Record<string, (image: PublishedImage) => PublishedImage> = {
  'v1 info-hash': (image) => ({ ...image, infoHash: '0'.repeat(40) as InfoHash }),
  'v2 info-hash': (image) => ({ ...image, infoHashV2: '0'.repeat(64) as InfoHashV2 }),
  name: (image) => ({ ...image, id: '0'.repeat(24) as ImageId }),
  'number of files': (image) => ({ ...image, renditions: image.renditions.slice(1) }),
  'file name': (image) => withFirst(image, { name: '2048.jpg' }),
  'file length': (image) => withFirst(image, { bytes: 1 }),
  'file root': (image) => withFirst(image, { root: '0'.repeat(64) as FileRoot }),
};

function withFirst(image: PublishedImage, change: object): PublishedImage {
  const [first, ...rest] = image.renditions;
  return { ...image, renditions: [{ ...first!, ...change }, ...rest] };
}

for (const [part, change] of Object.entries(changes)) {
  test(`a .torrent that differs from its signed entry in ${part} is refused`, async () => {
    const { image, metainfo } = await makeImageSet(1);
    expect(() => checkMetainfo(metainfo, image)).not.toThrow();
    expect(() => checkMetainfo(metainfo, change(image))).toThrowError(
      expect.objectContaining({ code: 'torrent_mismatch', message: expect.stringContaining(part) }),
    );
  });
}

test('a .torrent of another image is not joined, is counted, and the right one is joined when it comes', async () => {
  const origin = await TestOrigin.start();
  const [right, wrong] = [await makeImageSet(1), await makeImageSet(2)];
  let lying = true;
  origin.intercept = (request, response) => {
    if (!lying || request.url?.startsWith('/torrents/') !== true) return false;
    response.end(wrong.metainfo.bytes);
    return true;
  };
  await origin.publish(right);
  const edge = await TestEdge.start(origin.url);
  const failures = /shoal_edge_join_failures_total\{code="torrent_mismatch"\}/;
  await eventually(async () => expect(await edge.metric(failures)).toBeGreaterThan(0));
  expect((await edge.status()).images).toEqual({ known: 1, complete: 0 });
  expect((await edge.get(`/images/${right.image.id}/160.jpg`)).status).toBe(503);
  lying = false;
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
});

test('a set whose piece hashes came with its entry is joined without its .torrent, and passed on as one', async () => {
  const origin = await TestOrigin.start();
  origin.hashesOf = encodePieceHashes;
  const set = await makeImageSet(3);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  expect(origin.requests.filter((request) => request.includes('/torrents/'))).toEqual([]);
  const torrent = await edge.get(`/torrents/${set.image.infoHash}.torrent`);
  const served = parseMetainfo(new Uint8Array(await torrent.arrayBuffer()), nodeHashes);
  expect(served.infoBytes).toEqual(set.metainfo.infoBytes);
  expect(served.announce).toBe('http://origin.test/announce');
});

test('piece hashes that make another torrent are as good as none: the .torrent is fetched', async () => {
  const origin = await TestOrigin.start();
  origin.hashesOf = (metainfo) => encodePieceHashes(metainfo).map((byte, at) => (at === 9 ? byte ^ 1 : byte));
  const set = await makeImageSet(4);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  expect(origin.requests.filter((request) => request.includes('/torrents/'))).toHaveLength(1);
});

test('threat row 25: an origin that redirects .torrent, pieces and feed leads the edge nowhere', async () => {
  const dialled: (string | undefined)[] = [];
  const inside = createServer((request, response) => {
    dialled.push(request.url);
    response.end('secret');
  });
  inside.on('connection', () => dialled.push('connection'));
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inside.close());
  const location = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data/`;
  const origin = await TestOrigin.start();
  await origin.leaveSwarm();
  const [set, later] = [await makeImageSet(1), await makeImageSet(2)];
  await origin.publish(set);
  let redirected = '/torrents/';
  origin.intercept = (request, response) => {
    if (request.url?.startsWith(redirected) !== true) return false;
    response.writeHead(302, { location }).end();
    return true;
  };
  const edge = await TestEdge.start(origin.url);
  const failures = /shoal_edge_join_failures_total\{code="origin_redirect"\}/;
  await eventually(async () => expect(await edge.metric(failures)).toBeGreaterThan(0));
  redirected = '/images/';
  await origin.publish(later);
  await eventually(() => expect(origin.requests.some((url) => url.startsWith('/images/'))).toBe(true));
  const before = origin.requests.length;
  await eventually(() => expect(origin.requests.length).toBeGreaterThan(before));
  expect(dialled).toEqual([]);
});

const bombs: Record<string, (body: Uint8Array) => { headers: Record<string, string>; body: Uint8Array }> = {
  'a gzip body': (body) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(body) }),
  'a body of 5 MiB': () => ({ headers: {}, body: Buffer.alloc(5 * 1_048_576, 'd') }),
  'a bencode bomb': () => ({ headers: {}, body: Buffer.from('l'.repeat(1_000_000)) }),
  'a string longer than the body': () => ({ headers: {}, body: Buffer.from('d4:info99999999:x') }),
  'an empty body': () => ({ headers: {}, body: Buffer.alloc(0) }),
};
for (const [name, bomb] of Object.entries(bombs)) {
  test(`threat row 26: ${name} as .torrent costs that join and nothing else`, async () => {
    const origin = await TestOrigin.start();
    const [bad, good] = [await makeImageSet(1), await makeImageSet(2)];
    origin.intercept = (request, response) => {
      if (request.url?.includes(bad.image.infoHash) !== true || !request.url.startsWith('/torrents'))
        return false;
      const { headers, body } = bomb(bad.metainfo.bytes);
      response.writeHead(200, headers).end(body);
      return true;
    };
    await origin.publish(bad);
    await origin.publish(good);
    const edge = await TestEdge.start(origin.url);
    await eventually(async () => expect((await edge.status()).images).toEqual({ known: 2, complete: 1 }));
    await eventually(async () =>
      expect(await (await edge.get('/metrics')).text()).toMatch(
        /shoal_edge_join_failures_total\{code="\w+"\} [1-9]/,
      ),
    );
    expect(await edge.bytes(`/images/${good.image.id}/160.jpg`)).toHaveLength(9_000);
  });
}

test('a kept .torrent that the disk has changed is fetched again', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url);
  await eventually(async () => expect((await first.status()).images.complete).toBe(1));
  await first.stop();
  const path = join(first.config.dataFolder, 'torrents', set.image.infoHash);
  await writeFile(path, Buffer.from(set.metainfo.bytes).fill(0x78, 200, 300));
  const again = await TestEdge.start(origin.url, { dataFolder: first.config.dataFolder });
  await eventually(async () => expect((await again.status()).images.complete).toBe(1));
  const kept = await again.bytes(`/torrents/${set.image.infoHash}.torrent`);
  expect(kept.equals(set.metainfo.bytes)).toBe(true);
});
