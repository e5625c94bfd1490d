import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ImageSet, makeImageSet, SET_BYTES } from './support/image-set.ts';
import { eventually, TestEdge } from './support/test-edge.ts';
import { send, TestOrigin } from './support/test-origin.ts';

test('an edge that prefetches joins what is published and serves it byte for byte', async () => {
  const origin = await TestOrigin.start();
  const [before, after] = [await makeImageSet(1), await makeImageSet(2)];
  await origin.publish(before);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 1, complete: 1 }));
  await origin.publish(after);
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
    fromPeers: 2 * SET_BYTES,
  });
  expect(await edge.ready()).toBe(true);
});

test('a purged image is gone from serving, from disk and from memory', async () => {
  const origin = await TestOrigin.start();
  const [purged, stays] = [await makeImageSet(1), await makeImageSet(2)];
  await origin.publish(purged);
  await origin.publish(stays);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(2));
  const path = `/images/${purged.image.id}/640.jpg`;
  await edge.bytes(path);
  await edge.bytes(path);
  origin.purge(purged);
  await eventually(async () => expect((await edge.get(path)).status).toBe(404));
  await eventually(async () => {
    expect(await torrentsOnDisk(edge)).toEqual([stays.image.infoHash]);
    expect(await rootsOnDisk(edge)).toEqual(rootsOf(stays));
    expect((await edge.status()).bytes.verified).toBe(SET_BYTES);
  });
  expect((await edge.get(`/torrents/${purged.image.infoHash}.torrent`)).status).toBe(404);
});

test('an image that is purged and published again is served again', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  origin.purge(set);
  origin.log.append({ type: 'publish', image: set.image });
  origin.broadcast();
  await eventually(async () => expect((await edge.status()).log.number).toBe(4));
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 1, complete: 1 }));
  expect((await edge.bytes(`/images/${set.image.id}/160.jpg`)).equals(set.files.get('160.jpg')!)).toBe(true);
});

test('a restart serves from disk at once while the origin is dead, and says ready', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url);
  await eventually(async () => expect((await first.status()).images.complete).toBe(1));
  await first.stop();
  await origin.stop();
  const again = await TestEdge.start(origin.url, { dataFolder: first.config.dataFolder });
  for (const [name, bytes] of set.files)
    expect((await again.bytes(`/images/${set.image.id}/${name}`)).equals(bytes), name).toBe(true);
  await eventually(async () => expect(await again.ready()).toBe(true));
  const status = await again.status();
  expect(status).toMatchObject({
    images: { known: 1, complete: 1 },
    log: { number: 2 },
    bytes: { fromPeers: 0 },
  });
  expect(again.running.peerId).toBe(first.running.peerId);
});

test('a restart says stale once the last signed head is no longer valid, and serves on', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  origin.sets.set(set.image.infoHash, set);
  origin.log.append({ type: 'publish', image: set.image });
  origin.script = (socket) => {
    origin.welcome(socket);
    send(socket, { type: 'entries', entries: origin.log.entries, pieceHashes: [] });
    send(socket, { type: 'head', head: origin.log.head(Date.now() - 1_000, 500) });
  };
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number: 2, stale: true }));
  await eventually(async () => expect(await edge.ready()).toBe(true));
  await edge.bytes(`/images/${set.image.id}/160.jpg`);
});

test('an edge without any log is not ready while the origin is away', async () => {
  const origin = await TestOrigin.start();
  const url = origin.url;
  await origin.stop();
  const edge = await TestEdge.start(url);
  await eventually(() =>
    expect(edge.lines.some((line) => line.msg === 'feed lost; serving what is here')).toBe(true),
  );
  const response = await edge.get('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ ready: false });
  expect((await edge.get('/healthz')).status).toBe(200);
});

test('ready stays true when the origin goes away', async () => {
  const origin = await TestOrigin.start();
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect(await edge.ready()).toBe(true));
  await origin.stop();
  await eventually(async () => expect(await edge.metric(/shoal_edge_feed_connected/)).toBe(0));
  expect(await edge.ready()).toBe(true);
  edge.running.drain();
  expect(await edge.ready()).toBe(false);
});

test('with prefetch none an image is joined when a shopper asks, once however many ask', async () => {
  const origin = await TestOrigin.start();
  const [asked, other] = [await makeImageSet(1), await makeImageSet(2)];
  await origin.publish(asked);
  await origin.publish(other);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).log.number).toBe(3));
  const path = `/images/${asked.image.id}/640.jpg`;
  const answers = await Promise.all(Array.from({ length: 50 }, () => edge.bytes(path)));
  for (const bytes of answers) expect(bytes.equals(asked.files.get('640.jpg')!)).toBe(true);
  expect(origin.requests.filter((url) => url.startsWith('/torrents/'))).toEqual([
    `/torrents/${asked.image.infoHash}.torrent`,
  ]);
  // Only the rendition that was asked for is fetched: "a rendition can be fetched, verified and dropped on its own".
  expect((await edge.status()).bytes).toMatchObject({ wanted: 100_000, verified: 100_000 });
  expect((await edge.get(path)).headers.get('cache-status')).toMatch(/hit/);
});

test('with prefetch none a restart joins again what was joined before, and serves it with the origin dead', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await first.status()).log.number).toBe(2));
  await first.bytes(`/images/${set.image.id}/160.jpg`);
  await first.stop();
  await origin.stop();
  const again = await TestEdge.start(origin.url, { prefetch: 'none', dataFolder: first.config.dataFolder });
  const answer = await again.bytes(`/images/${set.image.id}/160.jpg`);
  expect(answer.equals(set.files.get('160.jpg')!)).toBe(true);
});

test('siblings link by the fleet frame alone, and give each other what the origin gave one of them', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url, { name: 'first' });
  await eventually(async () => expect((await first.status()).images.complete).toBe(1));
  await origin.leaveSwarm();
  // Its HTTP gives no image bytes either, so they can only come from the sibling.
  origin.intercept = (request, response) => {
    if (request.url?.startsWith('/images/') !== true) return false;
    response.writeHead(503).end();
    return true;
  };
  const second = await TestEdge.start(origin.url, { name: 'second' });
  await eventually(async () => expect((await second.status()).images.complete).toBe(1));
  expect((await second.status()).bytes).toMatchObject({ fromPeers: SET_BYTES, fromOrigin: 0 });
  expect((await first.status()).bytes.uploaded).toBe(SET_BYTES);
});

test('the edge reports its progress when something changed', async () => {
  const origin = await TestOrigin.start();
  await origin.publish(await makeImageSet(1));
  const edge = await TestEdge.start(origin.url);
  await eventually(() =>
    expect(origin.progress.at(-1)).toMatchObject({
      applied: 2,
      images: { known: 1, complete: 1 },
      bytes: { wanted: SET_BYTES, verified: SET_BYTES },
    }),
  );
  expect(origin.hellos[0]).toMatchObject({
    name: 'edge-test',
    httpPort: edge.running.port,
    peerPort: edge.running.peerPort,
    advertiseIp: '127.0.0.1',
    publicUrl: null,
  });
});

test('the edge serves the .torrent it has joined, read-only', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  const path = `/torrents/${set.image.infoHash}.torrent`;
  const response = await edge.get(path);
  expect(response.headers.get('content-type')).toBe('application/x-bittorrent');
  expect(Buffer.from(await response.arrayBuffer()).equals(set.metainfo.bytes)).toBe(true);
  expect((await fetch(edge.url + path, { method: 'PUT' })).status).toBe(405);
  for (const wrong of [
    '/torrents/',
    '/torrents/..%2flog%2froot-key',
    `/torrents/${'0'.repeat(40)}.torrent`,
    '/x',
  ])
    expect((await edge.get(wrong)).status, wrong).toBe(404);
});

test('over its byte budget the edge evicts what was asked for longest ago, and fetches it again when asked', async () => {
  const origin = await TestOrigin.start();
  const sets = [await makeImageSet(1), await makeImageSet(2), await makeImageSet(3)];
  for (const set of sets) await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { prefetch: 'none', cacheBytes: 250_000, memoryBytes: 0 });
  await eventually(async () => expect((await edge.status()).log.number).toBe(4));
  const ask = (set: ImageSet) => edge.bytes(`/images/${set.image.id}/640.jpg`);
  const [first, second, third] = sets as [ImageSet, ImageSet, ImageSet];
  await ask(first);
  await ask(second);
  await ask(first);
  await ask(third);
  await eventually(async () =>
    expect(new Set(await torrentsOnDisk(edge))).toEqual(
      new Set([first.image.infoHash, third.image.infoHash]),
    ),
  );
  expect(await edge.metric(/shoal_edge_evictions_total\{reason="budget"\}/)).toBe(1);
  expect((await ask(second)).equals(second.files.get('640.jpg')!)).toBe(true);
});

test('prefetching stops at the byte budget, and goes on when a purge makes room', async () => {
  const origin = await TestOrigin.start();
  const [first, second, third] = [await makeImageSet(1), await makeImageSet(2), await makeImageSet(3)];
  for (const set of [first, second, third]) await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { cacheBytes: 2 * SET_BYTES });
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 3, complete: 2 }));
  expect((await edge.status()).bytes).toMatchObject({ wanted: 2 * SET_BYTES, verified: 2 * SET_BYTES });
  origin.purge(first);
  await eventually(async () => expect((await edge.status()).images).toEqual({ known: 2, complete: 2 }));
  const left = new Set([second.image.infoHash, third.image.infoHash]);
  await eventually(async () => expect(new Set(await torrentsOnDisk(edge))).toEqual(left));
});

test('what a crash left lying is swept once the log has caught up', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const first = await TestEdge.start(origin.url);
  await eventually(async () => expect((await first.status()).images.complete).toBe(1));
  await first.stop();
  const torrents = join(first.config.dataFolder, 'torrents');
  const stray = 'f'.repeat(64);
  await mkdir(join(first.config.dataFolder, 'pieces', 'ff'), { recursive: true });
  await writeFile(join(first.config.dataFolder, 'pieces', 'ff', `${stray}.data`), 'x');
  await writeFile(join(torrents, 'e'.repeat(40)), 'x');
  await writeFile(join(torrents, `${set.image.infoHash}.1-1.tmp`), 'x');
  const again = await TestEdge.start(origin.url, { dataFolder: first.config.dataFolder });
  await eventually(async () => {
    expect(await readdir(torrents)).toEqual([set.image.infoHash]);
    expect(await rootsOnDisk(again)).toEqual(rootsOf(set));
  });
  expect((await again.status()).images.complete).toBe(1);
});

const torrentsOnDisk = (edge: TestEdge) => readdir(join(edge.config.dataFolder, 'torrents'));

async function rootsOnDisk(edge: TestEdge): Promise<string[]> {
  const names = await readdir(join(edge.config.dataFolder, 'pieces'), { recursive: true });
  return names
    .filter((name) => /\.(?:data|whole)$/.test(name))
    .map((name) => name.slice(3, 3 + 64))
    .sort();
}

const rootsOf = (set: ImageSet): string[] => set.image.renditions.map(({ root }) => root as string).sort();
