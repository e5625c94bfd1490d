/** "SIGTERM drains and exits 0 within 5 s", with all at once that could hold a process up. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Image } from '../../shared/api-types/catalog.ts';
import { encodeInterested } from '../../shared/wire/encode.ts';
import { everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { dialPeer } from '../support/wire-peer.ts';

const LIMIT_MS = 5_000;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Running {
  readonly fleet: Fleet;
  readonly edges: readonly RunningNode[];
  readonly image: Image;
}

async function startFleet(channel = false): Promise<Running> {
  const fleet = new Fleet();
  closers.push(() => fleet.close());
  await fleet.startOrigin({ channel });
  const edges = [
    await fleet.startEdge({ name: 'a', channel }),
    await fleet.startEdge({ name: 'b', channel }),
  ];
  const product = await fleet.createProduct('Stream');
  const photo = await readFile(path.join(PROJECT, 'server/demo/photos/stream.jpg'));
  const image = await fleet.upload(product, new Uint8Array(photo));
  await everyEdgeHas(edges, 1);
  return { fleet, edges, image };
}

function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  closers.push(() => socket.destroy());
  socket.on('error', () => undefined);
  return once(socket, 'connect').then(() => socket);
}

/** A connection that has had an answer and is kept for the next. */
async function keptAlive(url: string): Promise<void> {
  const socket = await open(url);
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
}

/** A request whose end never comes. */
async function halfRequest(url: string): Promise<void> {
  (await open(url)).write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half:');
}

/** Downloads that are not read: the largest rendition, asked for so often that no buffer of the kernel takes it. */
async function slowDownload(url: string, image: Image): Promise<void> {
  const largest = image.renditions.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const socket = await open(url);
  const head = `GET /images/${image.id}/${largest.name} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.once('data', () => socket.pause());
  socket.write(head.repeat(200));
  await once(socket, 'data');
}

async function feed(url: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/feed`);
  closers.push(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
}

/** An upload of which the second half never comes. */
function halfUpload(fleet: Fleet, productId: string): void {
  const upload = request(`${fleet.origin.url}/admin/products/${productId}/images`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer token-of-the-tests',
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': 100_000,
    },
  });
  upload.on('error', () => undefined);
  closers.push(() => upload.destroy());
  upload.write('--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n');
}

/** A peer that is interested and never done. Nodes that hold all do not stay linked to one another. */
async function peerLink(node: RunningNode, image: Image): Promise<void> {
  const link = await dialPeer(node.peerPort);
  closers.push(() => link.socket.destroy());
  link.greet(image.infoHash).say(encodeInterested());
  await link.greeted;
}

async function hold(node: RunningNode, image: Image): Promise<void> {
  const { url } = node;
  const held = [keptAlive(url), keptAlive(url), halfRequest(url), slowDownload(url, image)];
  await Promise.all([...held, peerLink(node, image), peerLink(node, image)]);
}

async function expectCleanEnd(node: RunningNode, end: () => unknown): Promise<void> {
  const beganMs = performance.now();
  end();
  expect(await node.exited, node.output()).toBe(0);
  // The contract's own limit, not a measure of speed.
  expect(performance.now() - beganMs).toBeLessThan(LIMIT_MS);
  expect(node.output()).not.toMatch(/"level":"(error|fatal)"/);
}

describe('SIGTERM drains and exits 0 within 5 s', () => {
  it('an edge: with kept connections, a slow download, a half request, its feed and its links', async () => {
    const { edges, image } = await startFleet();
    const edge = edges[0] as RunningNode;
    await hold(edge, image);
    await expectCleanEnd(edge, () => edge.process.kill('SIGTERM'));
    expect(edge.output()).toContain('"msg":"closed"');
  });

  it('the origin: with the same, edges on its feed, a silent feed socket and an upload under way', async () => {
    const { fleet, image } = await startFleet();
    const { origin } = fleet;
    const workers = childrenOf(origin.process.pid as number);
    const { products } = await fleet.products();
    halfUpload(fleet, (products[0] as { id: string }).id);
    await feed(origin.url);
    await hold(origin, image);
    await expectCleanEnd(origin, () => origin.process.kill('SIGTERM'));
    expect(origin.output()).toContain('"msg":"closed"');
    expect(workers.filter(isAlive)).toEqual([]);
  });
});

it('a process that was started with a channel drains and exits 0 when its parent ends', async () => {
  const { fleet, edges } = await startFleet(true);
  const edge = edges[0] as RunningNode;
  await expectCleanEnd(edge, () => edge.process.disconnect());
  await expectCleanEnd(fleet.origin, () => fleet.origin.process.disconnect());
});
