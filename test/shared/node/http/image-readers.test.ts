/** A purge cuts off what is on its way: bytes that wait in the process, and bytes that the kernel holds. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ImageReaders } from '../../../../shared/node/http/image-readers.ts';
import type { ImageId } from '../../../../shared/units.ts';
import { unsentBytes } from '../../../support/unsent-bytes.ts';
import { waitFor } from '../../../support/wait-for.ts';

const idOf = (url = '') => url.slice(1) as ImageId;

async function serve(bodyBytes: number, idleTimeoutMs = 0) {
  const readers = new ImageReaders();
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    readers.sending(req.socket, idOf(req.url));
    res.end(Buffer.alloc(bodyBytes));
  };
  const server = createServer({ keepAliveTimeout: idleTimeoutMs }, answer);
  readers.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { readers, port: (server.address() as AddressInfo).port };
}

async function ask(port: number, path: string, connection: 'close' | 'keep-alive'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`);
  await once(socket, 'readable');
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe.skipIf(process.platform !== 'linux')('cut', () => {
  test.each([
    ['a large body, keep-alive', 20_000_000, 'keep-alive'],
    ['a large body on a last request', 20_000_000, 'close'],
    ['a body that the kernel has whole, keep-alive', 1_000_000, 'keep-alive'],
    ['a body that the kernel has whole, on a last request', 1_000_000, 'close'],
  ] as const)('%s: not one byte is left to be sent', async (_name, bytes, connection) => {
    const { readers, port } = await serve(bytes);
    const slow = await ask(port, '/gone', connection);
    const other = await ask(port, '/stays', connection);
    const left = () => unsentBytes(port, (slow.address() as AddressInfo).port);
    await waitFor(async () => expect(await left()).toBeGreaterThan(0));
    readers.cut(idOf('/gone'));
    expect(await left()).toBe(0);
    expect(await unsentBytes(port, (other.address() as AddressInfo).port)).toBeGreaterThan(0);
    let got = 0;
    slow.on('data', (chunk: Buffer) => (got += chunk.length));
    await new Promise((resolve) => slow.once('close', resolve));
    expect(got).toBeLessThan(bytes);
  });

  test('a connection that went on to other images is cut as well', async () => {
    const { readers, port } = await serve(1_000_000);
    const slow = await ask(port, '/gone', 'keep-alive');
    slow.write('GET /stays HTTP/1.1\r\nHost: a\r\n\r\n');
    readers.cut(idOf('/gone'));
    slow.resume();
    await new Promise((resolve) => slow.once('close', resolve));
  });
});

test('a connection that idles ends with all its bytes taken, however slowly', async () => {
  const { port } = await serve(1_000_000, 50);
  const slow = await ask(port, '/a', 'keep-alive');
  await waitFor(async () =>
    expect(await unsentBytes(port, (slow.address() as AddressInfo).port)).toBeGreaterThan(0),
  );
  let got = 0;
  slow.on('data', (chunk: Buffer) => (got += chunk.length));
  await once(slow, 'end');
  expect(got).toBeGreaterThan(1_000_000);
});
