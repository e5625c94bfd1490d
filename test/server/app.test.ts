import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { storefrontFiles } from '../../server/api/storefront-files.ts';
import type { Image, Problem, ProductList } from '../../shared/api-types/catalog.ts';
import type { EdgeList, NodeStatus } from '../../shared/api-types/status.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { inflateFrame } from '../../shared/node/feed-deflate.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { type OriginFixture, startOriginFixture } from './support/origin-fixture.ts';

let fixture: OriginFixture;
let image: Image;
beforeAll(async () => {
  fixture = await startOriginFixture();
  image = await fixture.upload(10);
});
afterAll(async () => {
  await fixture?.close();
  expect(fixture.faults).toEqual([]);
});

const get = (path: string, init: RequestInit = {}) => fetch(`${fixture.url}${path}`, init);
const list = async () => (await (await get('/api/products')).json()) as ProductList;
const problem = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return (await answer.json()) as Problem;
};

test('a torrent that was published before the origin moved names its tracker and web seed where they are now', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'shoal-moved-'));
  const at = (publicUrl: string) => startOriginFixture({ dataFolder, publicUrl });
  const before = await at('http://old.example:8080');
  const { infoHash } = await before.upload(20);
  const tagOf = async (url: string) =>
    (await fetch(`${url}/torrents/${infoHash}.torrent`)).headers.get('etag');
  const oldTag = await tagOf(before.url);
  await before.close();
  const after = await at('https://images.example.com');
  const answer = await fetch(`${after.url}/torrents/${infoHash}.torrent`);
  const metainfo = parseMetainfo(new Uint8Array(await answer.arrayBuffer()), nodeHashes);
  expect(metainfo.infoHash).toBe(infoHash);
  expect(metainfo.announce).toBe('https://images.example.com/announce');
  expect(metainfo.webSeeds).toEqual(['https://images.example.com/images/']);
  expect(await tagOf(after.url)).not.toBe(oldTag);
  await after.close();
  await rm(dataFolder, { recursive: true });
});

describe('public API', () => {
  test('the list has each image as the upload answered it', async () => {
    const { products } = await list();
    expect(products).toHaveLength(1);
    expect(products[0]?.images).toEqual([image]);
    expect(image.torrent).toBe(`${fixture.url}/torrents/${image.infoHash}.torrent`);
  });

  test('the list has an ETag and a short life; If-None-Match gets a 304', async () => {
    const first = await get('/api/products');
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('public, max-age=2');
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    const again = await get('/api/products', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  test('the list is never older than the last change', async () => {
    for (let price = 1; price <= 5; price++) {
      const id = (await list()).products[0]?.id;
      const headers = { 'content-type': 'application/json' };
      await fixture.admin(`/products/${id}`, {
        method: 'PATCH',
        body: JSON.stringify({ priceCents: price }),
        headers,
      });
      expect((await list()).products[0]?.priceCents).toBe(price);
    }
  });

  test('one product, and none', async () => {
    const id = (await list()).products[0]?.id;
    expect(await (await get(`/api/products/${id}`)).json()).toMatchObject({ id, images: [image] });
    const answer = await get('/api/products/nope');
    expect(answer.status).toBe(404);
    expect((await problem(answer)).code).toBe('product_unknown');
  });

  test('edges: an empty list when there are none', async () => {
    expect((await (await get('/api/edges')).json()) as EdgeList).toEqual({ edges: [] });
  });

  test('the torrent is the one that was published, immutable, found in either case', async () => {
    for (const hash of [image.infoHash, image.infoHash.toUpperCase()]) {
      const answer = await get(`/torrents/${hash}.torrent`);
      expect(answer.headers.get('content-type')).toBe('application/x-bittorrent');
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      const metainfo = parseMetainfo(new Uint8Array(await answer.arrayBuffer()), nodeHashes);
      expect(metainfo.infoHash).toBe(image.infoHash);
      expect(metainfo.announce).toBe(`${fixture.url}/announce`);
    }
  });

  test.each([
    ['/torrents/', 404, 'not_found'],
    [`/torrents/${'0'.repeat(40)}.torrent`, 404, 'torrent_unknown'],
    ['/torrents/x.torrent', 404, 'torrent_unknown'],
    ['/torrents/..%2f..%2fadmin-token', 404, 'torrent_unknown'],
    ['/api', 404, 'not_found'],
    ['/api/nothing', 404, 'not_found'],
    ['/nothing', 404, 'not_found'],
    ['/%', 404, 'not_found'],
    ['/admin/nothing', 401, 'token_missing'],
    ['/feed', 404, 'not_found'],
  ])('%s is %i %s, as problem+json', async (path, status, code) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect((await problem(answer)).code).toBe(code);
  });

  test('a browser that is lost reads a page of the shop, but not below the API', async () => {
    const browser = { headers: { accept: 'text/html,*/*;q=0.8' } };
    const page = await get('/nothing', browser);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await problem(await get('/api/nothing', browser))).code).toBe('not_found');
  });

  test('it is read only', async () => {
    const answer = await get('/api/products', { method: 'POST', body: '{}' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await problem(answer)).code).toBe('method_not_allowed');
    expect((await get('/api/products', { method: 'OPTIONS' })).status).toBe(204);
  });
});

describe('the way of a request', () => {
  test('images do not pass through express', async () => {
    const rendition = image.renditions[0];
    const answer = await get(rendition?.url ?? '');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe(`"${rendition?.root}"`);
    expect(answer.headers.get('content-security-policy')).toBeNull();
    expect((await answer.arrayBuffer()).byteLength).toBe(rendition?.bytes);
  });

  test('health: alive, ready, and /status counts what is published', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/readyz')).json()).toEqual({ ready: true });
    await expect
      .poll(async () => ((await (await get('/status')).json()) as NodeStatus).images, { timeout: 3_000 })
      .toEqual({ known: 1, complete: 1 });
    const status = (await (await get('/status')).json()) as NodeStatus;
    expect(status).toMatchObject({
      role: 'origin',
      name: 'origin',
      peers: 0,
      log: { number: 2, stale: false },
    });
    expect(status.bytes.verified).toBe(image.renditions.reduce((sum, { bytes }) => sum + bytes, 0));
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('shoal_images{state="complete"} 1');
    expect(metrics).toContain('shoal_tracker_torrents 1');
    expect(metrics).toContain('shoal_fleet_edges 0');
  });

  test('the tracker answers, and knows the torrent as soon as the upload is answered', async () => {
    const hash = image.infoHash.replace(/../g, '%$&');
    const answer = await get(`/announce?info_hash=${hash}&peer_id=${'x'.repeat(20)}&port=7000&left=1`);
    expect(await answer.text()).toMatch(/^d8:completei1e10:incompletei1e/);
  });

  test('pages allow images from any edge and scripts from here only', async () => {
    const policy = (await get('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain('img-src * data: blob:');
    expect(policy).toContain('connect-src *');
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect((await get('/')).headers.get('x-powered-by')).toBeNull();
  });

  test('an upgrade elsewhere than /feed is a 404', async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/other`);
    const status = await new Promise((resolve) =>
      socket.once('unexpected-response', (_request, answer) => resolve(answer.statusCode)),
    );
    socket.on('error', () => undefined).terminate();
    expect(status).toBe(404);
  });

  test('threat row 38: URLs come from the configuration, never from Host or forwarding headers', async () => {
    const sent = request(`${fixture.url}/api/products`, {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    });
    sent.end();
    const body = await new Promise<string>((resolve) =>
      sent.on('response', async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve(text);
      }),
    );
    expect(body).not.toContain('evil.example');
    expect(JSON.parse(body).products[0].images[0].torrent).toBe(image.torrent);
  });
});

test('threat row 25: no URL that a client sends is ever fetched by the origin', async () => {
  const asked: string[] = [];
  const trap = express().use((req, res) => {
    asked.push(req.url);
    res.end();
  });
  const server = trap.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/`;
  const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/feed`);
  await new Promise((resolve) => socket.once('open', resolve));
  const address = { peerPort: port, advertiseIp: '127.0.0.1', publicUrl: url, httpPort: port };
  const head = { number: 0, hash: '0'.repeat(64) };
  const edge = {
    type: 'hello',
    version: 1,
    name: 'trap',
    peerId: '11'.repeat(20),
    pieceHashes: false,
    fleetToken: null,
    head,
  };
  socket.send(JSON.stringify({ ...edge, ...address }));
  await expect.poll(async () => ((await (await get('/api/edges')).json()) as EdgeList).edges.length).toBe(1);
  const hash = image.infoHash.replace(/../g, '%$&');
  await get(`/announce?info_hash=${hash}&peer_id=${'x'.repeat(20)}&port=${port}&left=1&ip=${url}&url=${url}`);
  await get(`/images/${image.id}?src=${url}&w=320`);
  await get(`/api/products?callback=${url}`, { headers: { referer: url, origin: url } });
  socket.terminate();
  server.closeAllConnections();
  server.close();
  // A dial-back speaks the peer wire: it is no HTTP request.
  expect(asked).toEqual([]);
});

test('a purge takes the image out of everything: route, list, torrent, tracker, store and log', async () => {
  const gone = await fixture.upload(200);
  const { parts } = fixture.origin;
  const before = parts.catalog.head().number;
  expect((await get(gone.renditions[0]?.url ?? '')).status).toBe(200);
  expect(parts.node.hasTorrent(gone.infoHash)).toBe(true);
  const edge = new WebSocket(`${fixture.url.replace('http', 'ws')}/feed`);
  await new Promise((resolve) => edge.once('open', resolve));
  const frames: string[] = [];
  edge.on('message', (data, isBinary) =>
    frames.push(isBinary ? inflateFrame(data as Buffer, 2 ** 20) : String(data)),
  );
  const head = { number: before, hash: await parts.catalog.hashOfEntry(before) };
  const address = { peerPort: 7000, advertiseIp: null, publicUrl: null, httpPort: 8081 };
  const hello = {
    type: 'hello',
    version: 1,
    name: 'e',
    peerId: '12'.repeat(20),
    pieceHashes: false,
    fleetToken: null,
    head,
    ...address,
  };
  edge.send(JSON.stringify(hello));
  await expect.poll(() => frames.some((frame) => frame.includes('"welcome"'))).toBe(true);

  expect((await fixture.admin(`/images/${gone.id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await get(gone.renditions[0]?.url ?? '')).status).toBe(404);
  expect((await get(`/torrents/${gone.infoHash}.torrent`)).status).toBe(404);
  expect((await list()).products.flatMap(({ images }) => images).map(({ id }) => id)).toEqual([image.id]);
  const hash = gone.infoHash.replace(/../g, '%$&');
  const announced = await get(`/announce?info_hash=${hash}&peer_id=${'x'.repeat(20)}&port=7000`);
  expect(await announced.text()).toContain('unknown torrent');
  await expect.poll(() => parts.node.hasTorrent(gone.infoHash)).toBe(false);
  await expect.poll(() => gone.renditions.some(({ root }) => parts.store.isComplete(root))).toBe(false);
  await expect
    .poll(() => frames.some((frame) => frame.includes('purge') && frame.includes(gone.id)))
    .toBe(true);
  edge.terminate();
});

describe('the shop', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-shop-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>Shop</title>');
    await writeFile(join(folder, 'assets', 'index-abc.js'), '1');
    await writeFile(join(folder, '.secret'), 'no');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const shop = (at: string) => supertest(express().use(storefrontFiles(at)));

  test('hashed assets are immutable; other paths and dot-files are not there', async () => {
    const asset = await shop(folder).get('/assets/index-abc.js');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const path of ['/assets/none.js', '/.secret', '/product', '/product/1/2', '/%2e%2e/package.json'])
      expect((await shop(folder).get(path)).status, path).toBe(404);
  });
});
