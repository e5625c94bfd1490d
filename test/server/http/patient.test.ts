/** Answers that take their time, on a server that ends idle connections: what limit a connection has, and when. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patient } from '../../../server/http/patient.ts';

const IDLE_MS = 30_000;
let server: Server;
/** How to answer the requests that wait for it. */
let waiting: (() => void)[] = [];

beforeAll(async () => {
  const app = express();
  app.all('/slow', patient, express.text(), (_req, res) => {
    waiting.push(() => res.send('at last'));
  });
  app.post('/refused', patient, (_req, res) => {
    res.status(413).send('too large');
  });
  server = createServer(app);
  server.timeout = IDLE_MS;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => void server.close());

/** @returns both ends of a connection on which this was sent */
async function send(text: string): Promise<{ client: Socket; served: Socket }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
  const [served] = await accepted;
  client.write(text);
  return { client, served };
}

const post = (path: string, bytes: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${bytes}\r\n\r\n`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  ['GET without a body', 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n', ''],
  ['POST with one', post('/slow', 4), 'body'],
])(
  'a whole request waits for its answer without a limit, and the next has one: %s',
  async (_, head, body) => {
    waiting = [];
    const { client, served } = await send(head);
    if (body !== '') {
      await once(server, 'request');
      expect(served.timeout).toBe(IDLE_MS);
      client.write(body);
    }
    while (waiting.length === 0) await turn();
    expect(served.timeout).toBe(0);
    waiting[0]?.();
    await once(client, 'data');
    expect(served.timeout).toBeGreaterThan(0);
    client.destroy();
  },
);

test('what is refused before its body came has a limit, also when the body comes after that', async () => {
  const { client, served } = await send(post('/refused', 4));
  await once(client, 'data');
  client.write('body');
  while (served.bytesRead < post('/refused', 4).length + 4) await turn();
  await turn();
  expect(served.timeout).toBeGreaterThan(0);
  client.destroy();
});
