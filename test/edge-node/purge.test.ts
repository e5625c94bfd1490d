/** PU2 of docs/PROTOCOL.md at an edge: once it acknowledges a purge, not one byte of that image leaves it. */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Acknowledger } from '../../edge-node/feed/acknowledger.ts';
import { type ImageSet, makeImageSet } from './support/image-set.ts';
import { eventually, TestEdge } from './support/test-edge.ts';
import { send, TestOrigin } from './support/test-origin.ts';

const pathOf = ({ image }: ImageSet) => `/images/${image.id}/640.jpg`;

async function holding(...sets: readonly ImageSet[]) {
  const origin = await TestOrigin.start();
  for (const set of sets) await origin.publish(set);
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(sets.length));
  return { origin, edge };
}

const acknowledged = (origin: TestOrigin, entry: number) =>
  eventually(() => expect(origin.acknowledged).toContain(entry));

/** A connection that has asked, and takes nothing. */
async function slowReader(edge: TestEdge, path: string): Promise<Socket> {
  const socket = connect(edge.running.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: edge\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

/** The edge keeps an idle connection for five seconds: it ends sooner only when it is cut. */
async function ended(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  if (!socket.destroyed) await once(socket, 'close');
}

test('after the acknowledgement there is no image, no 304, no torrent and nothing on disk', async () => {
  const [gone, stays] = [await makeImageSet(1), await makeImageSet(2)];
  const { origin, edge } = await holding(gone, stays);
  const etag = (await edge.get(pathOf(gone))).headers.get('etag') as string;
  origin.purge(gone);
  await acknowledged(origin, 4);
  expect((await edge.get(pathOf(gone))).status).toBe(404);
  expect((await edge.get(pathOf(gone), { 'If-None-Match': etag })).status).toBe(404);
  expect((await edge.get(`/images/${gone.image.id}?w=600`)).status).toBe(404);
  expect((await edge.get(`/torrents/${gone.image.infoHash}.torrent`)).status).toBe(404);
  expect((await edge.status()).images).toEqual({ known: 1, complete: 1 });
  const stored = (await readdir(join(edge.config.dataFolder, 'pieces'), { recursive: true })).join(' ');
  for (const { root } of gone.image.renditions) expect(stored).not.toContain(root);
  await edge.bytes(pathOf(stays));
});

test('a reader in the midst of a body gets its connection closed, those of other images keep theirs', async () => {
  const [gone, stays] = [await makeImageSet(1), await makeImageSet(2)];
  const { origin, edge } = await holding(gone, stays);
  const cut = await slowReader(edge, pathOf(gone));
  const kept = await slowReader(edge, pathOf(stays));
  origin.purge(gone);
  await acknowledged(origin, 4);
  await ended(cut);
  kept.resume();
  kept.write(`HEAD ${pathOf(stays)} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n`);
  let last = '';
  kept.on('data', (bytes: Buffer) => (last = `${last.slice(-2_000)}${bytes.toString('latin1')}`));
  await ended(kept);
  expect(last).toContain('HTTP/1.1 200 OK');
});

test('a purge while the cold fetch runs ends it: who waits gets no byte, and nothing comes to the disk', async () => {
  const origin = await TestOrigin.start();
  await origin.leaveSwarm();
  const set = await makeImageSet(1);
  await origin.publish(set);
  let held = 0;
  origin.intercept = (request) => {
    const isSeed = request.url?.startsWith('/images/') === true;
    if (isSeed) held++;
    return isSeed;
  };
  const edge = await TestEdge.start(origin.url, { prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  const answer = edge.get(pathOf(set));
  await eventually(() => expect(held).toBeGreaterThan(0));
  origin.purge(set);
  await acknowledged(origin, 3);
  const { status } = await answer;
  expect([404, 503]).toContain(status);
  expect((await edge.get(pathOf(set))).status).toBe(404);
  expect((await edge.status()).bytes.verified).toBe(0);
});

test('an image that is purged before its publication was applied is never served', async () => {
  const set = await makeImageSet(1);
  const { origin, edge } = await holding();
  origin.sets.set(set.image.infoHash, set);
  origin.log.append({ type: 'publish', image: set.image });
  origin.log.append({ type: 'purge', imageId: set.image.id });
  const entries = origin.log.entries.slice(-2);
  origin.sendToAll({ type: 'entries', entries, pieceHashes: [] });
  await acknowledged(origin, 3);
  expect((await edge.get(pathOf(set))).status).toBe(404);
  expect((await edge.status()).images).toEqual({ known: 0, complete: 0 });
});

test('a second purge of the same image is acknowledged too; published again, it is served again', async () => {
  const set = await makeImageSet(1);
  const { origin, edge } = await holding(set);
  origin.purge(set);
  origin.purge(set);
  await acknowledged(origin, 4);
  origin.log.append({ type: 'publish', image: set.image });
  origin.broadcast();
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  expect((await edge.bytes(pathOf(set))).equals(set.files.get('640.jpg')!)).toBe(true);
});

test('an edge that comes back acknowledges what it has in effect', async () => {
  const set = await makeImageSet(1);
  const { origin, edge } = await holding(set);
  await edge.stop();
  origin.purge(set);
  const again = await TestEdge.start(origin.url, { dataFolder: edge.config.dataFolder });
  await acknowledged(origin, 3);
  expect((await again.get(pathOf(set))).status).toBe(404);
});

test('an edge that was away does not serve before its log reaches the head that it is shown', async () => {
  const set = await makeImageSet(1);
  const { origin, edge } = await holding(set);
  await edge.stop();
  let release = () => {};
  origin.script = (socket) => {
    origin.welcome(socket);
    send(socket, { type: 'head', head: origin.log.head() });
    release = () => origin.sendLogAfter(socket, 2);
  };
  origin.purge(set);
  const again = await TestEdge.start(origin.url, { dataFolder: edge.config.dataFolder });
  const answer = again.get(pathOf(set));
  await eventually(() => expect(origin.acknowledged).toContain(2));
  expect(await again.ready()).toBe(false);
  release();
  expect((await answer).status).toBe(404);
  expect(await again.ready()).toBe(true);
});

test('an entry that the disk refused is acknowledged once it is written', async () => {
  const sent: number[] = [];
  let stored = 3;
  const acknowledger = new Acknowledger({
    stored: () => stored,
    inEffect: async () => {},
    send: ({ entry }) => sent.push(entry),
  });
  acknowledger.welcomed();
  acknowledger.owes(4);
  acknowledger.applied();
  await Promise.resolve();
  expect(sent).toEqual([3]);
  stored = 5;
  acknowledger.applied();
  acknowledger.applied();
  await Promise.resolve();
  expect(sent).toEqual([3, 5]);
});

test('PU2: after the log was rewound the entries that come in place of the lost ones are acknowledged too', async () => {
  const sent: number[] = [];
  let stored = 100;
  const acknowledger = new Acknowledger({
    stored: () => stored,
    inEffect: async () => {},
    send: ({ entry }) => sent.push(entry),
  });
  acknowledger.welcomed();
  stored = 60;
  acknowledger.rewound(60);
  acknowledger.applied();
  stored = 61;
  acknowledger.owes(61);
  acknowledger.applied();
  await Promise.resolve();
  expect(sent).toEqual([100, 60, 61]);
});
