import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { FeedClient, type FeedClientLimits } from '../../../edge-node/feed/feed-client.ts';
import type { FeedClientFrame, FeedServerFrame } from '../../../shared/api-types/feed.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PeerId } from '../../../shared/units.ts';
import { standStill, timersNext } from '../../support/stand-still.ts';
import { eventually } from '../support/test-edge.ts';

const HELLO: FeedClientFrame = {
  type: 'hello',
  version: 1,
  name: 'e1',
  peerId: 'a'.repeat(40) as PeerId,
  peerPort: 1,
  advertiseIp: null,
  publicUrl: null,
  httpPort: 1,
  head: { number: 0, hash: '0'.repeat(64) },
  pieceHashes: true,
  fleetToken: null,
};
const FLEET = JSON.stringify({ type: 'fleet', nodes: [] });

class Server {
  readonly sockets: WebSocket[] = [];
  readonly messages: string[] = [];
  #server: WebSocketServer | undefined;
  port = 0;
  autoPong = true;

  async listen(): Promise<this> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: this.port, path: '/feed' });
    this.#server = server;
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('message', (data) => this.messages.push(data.toString()));
    });
    await new Promise((resolve) => server.once('listening', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  get open(): number {
    return this.sockets.filter((socket) => socket.readyState === socket.OPEN).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

async function served(): Promise<Server> {
  const server = await new Server().listen();
  onTestFinished(() => server.stop());
  return server;
}

function client(
  port: number,
  limits: Partial<FeedClientLimits> = {},
  received: (frame: FeedServerFrame) => Promise<void> = async () => {},
) {
  const frames: FeedServerFrame[] = [];
  const lost: (Error | undefined)[] = [];
  const feed = new FeedClient({
    origin: `http://127.0.0.1:${port}`,
    random: seededRandom(1),
    hello: () => HELLO,
    received: async (frame) => {
      frames.push(frame);
      await received(frame);
    },
    lost: (error) => lost.push(error),
    limits,
  });
  onTestFinished(() => feed.close());
  feed.start();
  return { feed, frames, lost };
}

test('hello comes first, and again on each new socket', async () => {
  const server = await served();
  client(server.port);
  await eventually(() => expect(server.messages).toEqual([JSON.stringify(HELLO)]));
  server.sockets[0]!.terminate();
  await eventually(() => expect(server.messages).toEqual([JSON.stringify(HELLO), JSON.stringify(HELLO)]));
});

test('a restarted origin has its edges back within 5 s, also after minutes of failed dials', async () => {
  const server = await served();
  const { feed } = client(server.port, { soon: { baseMs: 1, capMs: 3_000 } });
  await eventually(() => expect(feed.isOpen).toBe(true));
  await server.stop();
  await eventually(() => expect(feed.isOpen).toBe(false));
  const started = performance.now();
  await server.listen();
  await eventually(() => expect(feed.isOpen).toBe(true));
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('a socket on which nothing comes is dead: a new one is dialled', async () => {
  const server = await served();
  const { lost } = client(server.port, { silentMs: 100 });
  await eventually(() => expect(server.sockets.length).toBeGreaterThan(1));
  expect(lost.length).toBeGreaterThan(0);
});

test('pings are signs of life', async () => {
  const server = await served();
  const { lost } = client(server.port, { silentMs: 400 });
  await eventually(() => expect(server.sockets).toHaveLength(1));
  const timer = setInterval(() => server.sockets[0]!.ping(), 50);
  onTestFinished(() => clearInterval(timer));
  let pongs = 0;
  server.sockets[0]!.on('pong', () => pongs++);
  // 20 pings 50 ms apart: more than twice the time after which silence would be death.
  await eventually(() => expect(pongs).toBeGreaterThan(20));
  expect(lost).toEqual([]);
});

test('AW1: an origin is not away because the edge stood still while it dialled, or listened', async () => {
  const server = await served();
  const { feed, lost } = client(server.port, { connectMs: 2_000, silentMs: 2_000 });
  await timersNext();
  standStill(3_500);
  await eventually(() => expect(server.messages).toHaveLength(1));
  await timersNext();
  server.sockets[0]!.ping();
  standStill(3_500);
  await once(server.sockets[0]!, 'pong');
  expect(feed.isOpen).toBe(true);
  expect(lost).toEqual([]);
});

test('frames are handed on one at a time, in order, and reading stops meanwhile', async () => {
  const server = await served();
  const release: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const { frames } = client(server.port, {}, async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => release.push(resolve));
    running--;
  });
  await eventually(() => expect(server.sockets).toHaveLength(1));
  for (let i = 0; i < 5; i++) server.sockets[0]!.send(FLEET);
  for (let i = 1; i <= 5; i++) {
    await eventually(() => expect(release).toHaveLength(i));
    release[i - 1]!();
  }
  expect(frames).toHaveLength(5);
  expect(most).toBe(1);
});

test('a frame that is refused ends the socket, and a new one is dialled', async () => {
  const server = await served();
  const { lost } = client(server.port, {}, async () => {
    throw new Error('refused');
  });
  await eventually(() => expect(server.sockets).toHaveLength(1));
  server.sockets[0]!.send(FLEET);
  await eventually(() => expect(server.sockets).toHaveLength(2));
  expect(lost[0]?.message).toBe('refused');
});

test('a message above 1 MiB is not taken in', async () => {
  const server = await served();
  const { frames, lost } = client(server.port);
  await eventually(() => expect(server.sockets).toHaveLength(1));
  server.sockets[0]!.send(FLEET.padEnd(1_048_577, ' '));
  await eventually(() => expect(server.sockets).toHaveLength(2));
  expect(frames).toEqual([]);
  expect(lost[0]?.message).toMatch(/payload/i);
});

test('threat row 25: a redirect of the feed is not followed', async () => {
  let dialled = 0;
  const inside = createTcpServer(() => dialled++);
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inside.close());
  const location = `ws://127.0.0.1:${(inside.address() as AddressInfo).port}/feed`;
  const outside = createServer();
  outside.on('upgrade', (_request, socket) => {
    // The client hangs up, perhaps before it has read all.
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void outside.close());
  const { lost } = client((outside.address() as AddressInfo).port, { soon: { baseMs: 1, capMs: 10 } });
  await eventually(() => expect(lost.length).toBeGreaterThan(2));
  expect(lost[0]?.message).toContain('302');
  expect(dialled).toBe(0);
});

test('an origin that accepts and never upgrades is given up', async () => {
  const sockets: { destroy(): void }[] = [];
  const mute = createTcpServer((socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const { lost } = client((mute.address() as AddressInfo).port, {
    connectMs: 100,
    soon: { baseMs: 1, capMs: 10 },
  });
  await eventually(() => expect(lost.length).toBeGreaterThan(1));
});

test('closing ends at once while a dial is under way, while waiting, and with a server that says nothing', async () => {
  const mute = createTcpServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void mute.close());
  await client((mute.address() as AddressInfo).port).feed.close();
  const away = client(9);
  await eventually(() => expect(away.lost).toHaveLength(1));
  await away.feed.close();
  const server = await served();
  const { feed } = client(server.port);
  await eventually(() => expect(feed.isOpen).toBe(true));
  await feed.close();
  await eventually(() => expect(server.open).toBe(0));
  expect(server.sockets).toHaveLength(1);
});
