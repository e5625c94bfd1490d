/** "When the origin is down, the shop still shows", and what happens when it comes back. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { eventually, everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { expectServed } from '../support/published.ts';

/** Of the contract: a restarted origin has its edges back within this, once it is ready. */
const BACK_WITHIN_MS = 5_000;

const fleet = new Fleet();
const edges: RunningNode[] = [];
const images: Image[] = [];
let ports: { port: number; peerPort: number };
let product: string;

const photo = async (name: string) =>
  new Uint8Array(await readFile(path.join(PROJECT, `server/demo/photos/${name}.jpg`)));

const edgesAreComplete = () => everyEdgeHas(edges, images.length);

const isReady = async (node: RunningNode) => (await fetch(`${node.url}/readyz`)).status === 200;

beforeAll(async () => {
  ports = { port: await freePort(), peerPort: await freePort() };
  await fleet.startOrigin(ports);
  edges.push(...(await Promise.all(['a', 'b', 'c'].map((name) => fleet.startEdge({ name })))));
  product = await fleet.createProduct('Photos');
  for (const name of ['bowl', 'dandelion']) images.push(await fleet.upload(product, await photo(name)));
  await edgesAreComplete();
}, 60_000);
afterAll(() => fleet.close());

it('PU5: with the origin dead (kill -9) every edge serves every complete image and stays ready', async () => {
  await fleet.origin.kill('SIGKILL');
  await eventually('the edges noticed', () =>
    edges.every((edge) => edge.output().includes('feed lost; serving what is here')),
  );
  for (const edge of edges) {
    for (const image of images) await expectServed(edge.url, image, 'origin dead');
    expect(await isReady(edge)).toBe(true);
  }
});

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'an edge that restarts after %s while the origin is dead serves all, and gets ready',
  async (signal) => {
    const before = edges[0] as RunningNode;
    await before.kill(signal);
    // Its start waits for /readyz.
    const edge = await fleet.startEdge({ name: 'a', data: before.data, peerPort: before.peerPort });
    edges[0] = edge;
    for (const image of images) await expectServed(edge.url, image, `after ${signal}`);
    const status = await edge.status();
    expect(status.images).toEqual({ known: images.length, complete: images.length });
    expect(status.bytes).toMatchObject({ fromPeers: 0, fromOrigin: 0 });
  },
);

it('siblings fill each other while the origin is dead: an edge that lost its pieces gets them from the others', async () => {
  const before = edges[2] as RunningNode;
  await before.kill('SIGKILL');
  await rm(path.join(before.data, 'pieces'), { recursive: true });
  const edge = await fleet.startEdge({ name: 'c', data: before.data, peerPort: before.peerPort });
  edges[2] = edge;
  for (const image of images) await expectServed(edge.url, image, 'from siblings');
  expect((await edge.status()).bytes.fromOrigin).toBe(0);
});

it('a restarted origin has its edges back within 5 s after it is ready, and they get what is published then', async () => {
  await fleet.startOrigin(ports);
  await eventually(
    'every edge is live',
    async () => (await fleet.edges()).edges.filter(({ live }) => live).length === edges.length,
    BACK_WITHIN_MS,
  );
  images.push(await fleet.upload(product, await photo('djembe')));
  await edgesAreComplete();
  const published = images.at(-1) as Image;
  for (const node of [fleet.origin, ...edges]) await expectServed(node.url, published, node.url);
  for (const edge of edges) expect((await edge.status()).log).toMatchObject({ forked: false, stale: false });
});
