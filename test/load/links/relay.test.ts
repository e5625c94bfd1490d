import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { UNSHAPED } from './link-shape.ts';
import { relayPair } from './relay-pair.ts';

const sends = (bytes: number) => (socket: Socket) => void socket.end(Buffer.alloc(bytes, 7));

test('to the receiver, a connection comes from the public address of the sender', async () => {
  const seen: string[] = [];
  const { network, dial } = await relayPair(UNSHAPED, UNSHAPED, (socket) => {
    seen.push(socket.remoteAddress as string);
    socket.end('!');
  });
  await new Promise((resolve) => dial(network.innerIp(0)).once('data', resolve));
  expect(seen).toEqual([network.outerIp(0)]);
});

test('what comes from neither a node nor a shopper is refused: no byte goes round the links', async () => {
  const { network, relay, dial } = await relayPair(UNSHAPED, UNSHAPED, sends(1_000));
  const stranger = dial('127.0.0.1');
  stranger.on('error', () => undefined);
  await new Promise((resolve) => stranger.once('close', resolve));
  await new Promise((resolve) => dial(network.shopperIp).resume().once('end', resolve));
  expect(relay.traffic()[1]).toEqual({ toPeersBytes: 0, toNodesHttpBytes: 0, toShoppersBytes: 1_000 });
});

test('a node that does not listen is a connection that ends', async () => {
  const { network, dial } = await relayPair(UNSHAPED, UNSHAPED);
  const socket = dial(network.innerIp(0));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
});

test('over links that lose segments every byte comes, in order, both ways', async () => {
  const content = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 31) % 251));
  const lossy = { upBytesPerSecond: 5e7, downBytesPerSecond: 5e7, delayMs: 1, loss: 0.02 };
  const { network, dial } = await relayPair(lossy, lossy, (socket) => void socket.pipe(socket));
  const chunks: Buffer[] = [];
  const socket = dial(network.innerIp(0)).on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(content);
  await new Promise((resolve) => socket.once('end', resolve));
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
});
