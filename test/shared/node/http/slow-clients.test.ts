/** Threat row 15 with the server's limits cut short by its own options; each test waits for the end it is about. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSlowReaderWatch } from '../../../../shared/node/http/slow-readers.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { memorySource } from './memory-source.ts';
import { type Served, serveImages } from './serve.ts';

const { url } = memorySource().rendition('320.avif');
const REQUEST = `GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Sends a byte more at every turn of a short timer, as slowloris does, for as long as the socket takes it. */
function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.writable && socket.write(text), 5);
  socket.once('close', () => clearInterval(timer));
  onTestFinished(() => clearInterval(timer));
}

/** The server's side of the next connection. */
const accepted = async ({ server, dial }: Served): Promise<{ client: Socket; socket: Socket }> => {
  const [[socket], client] = await Promise.all([once(server.server, 'connection'), dial()]);
  return { client, socket: socket as Socket };
};

describe('threat row 15: slow requests', () => {
  test('a header that comes byte by byte is 408 after its time, whatever still comes', async () => {
    const { dial } = await serveImages(memorySource(), { headersTimeoutMs: 100 });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(`GET ${url} HTTP/1.1\r\nHost: a\r\nX: `);
    drip(socket, 'x');
    const answer = await text;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('Cache-Control: no-store');
    expect(answer).toContain('Connection: close');
  });

  test('a second header on a kept connection has no more time than the first', async () => {
    const { dial } = await serveImages(memorySource(), { headersTimeoutMs: 100 });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(`HEAD ${url} HTTP/1.1\r\nHost: a\r\n\r\nGET ${url} HTTP/1.1\r\nX: `);
    drip(socket, 'x');
    expect([...(await text).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)).toEqual([
      '200',
      '408',
    ]);
  });

  test('a body that comes byte by byte is cut off after the request’s time', async () => {
    const { dial, server } = await serveImages(memorySource(), {
      requestTimeoutMs: 150,
      headersTimeoutMs: 100,
      // As an upload does: answers when all has come.
      handler: (req, res) => {
        req.on('error', () => undefined);
        req.resume().once('end', () => res.end('all of it'));
      },
    });
    const socket = await dial();
    const text = readToEnd(socket);
    const [[req]] = await Promise.all([
      once(server.server, 'request'),
      socket.write('POST /admin/products HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n'),
    ]);
    const cut = new Promise((resolve) => req.once('close', resolve));
    drip(socket, 'x');
    expect(await text).toMatch(/^HTTP\/1\.1 408 /);
    await cut;
    expect(req.complete).toBe(false);
  });

  test('a slow body on an image is not waited for', async () => {
    const { raw } = await serveImages();
    for (const method of ['GET', 'POST'])
      expect(await raw(`${method} ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nx`)).toMatch(
        /Connection: close/,
      );
  });
});

describe('threat row 15: idle connections', () => {
  test('one that never asks is closed', async () => {
    const { dial } = await serveImages(memorySource(), { idleTimeoutMs: 50 });
    expect(await readToEnd(await dial())).toBe('');
  });

  test('one that asked and then sleeps is closed after the keep-alive time', async () => {
    const { dial, server } = await serveImages();
    server.server.keepAliveTimeout = 50;
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(REQUEST + REQUEST);
    expect((await text).match(/HTTP\/1\.1 200 /g)?.length).toBe(2);
  });

  test('one whose source is late is closed too, and the source is told', async () => {
    const { dial, source } = await serveImages(memorySource(), { idleTimeoutMs: 100 });
    Object.assign(source, { mode: 'swarm', fault: 'stall' });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(REQUEST);
    expect(await text).toBe('');
    await waitFor(() => expect(source.reads[0]).toMatchObject({ ended: true, aborted: true }));
  });

  test('now and then a connection is ended, so that load spreads', async () => {
    const { server, raw } = await serveImages();
    Object.assign(server.server, { maxRequestsPerSocket: 3, keepAliveTimeout: 1 });
    const answers = await raw(REQUEST.repeat(3));
    expect(answers.match(/HTTP\/1\.1 200 /g)?.length).toBe(3);
    expect(answers.match(/Connection: close/g)?.length).toBe(1);
  });
});

describe('threat row 15: slow readers, in virtual time', () => {
  const LARGE = 16 * 2 ** 20;

  /** A connection whose kernel buffers are full, with a watch over it. */
  async function stuckReader() {
    const served = await serveImages();
    const { client, socket } = await accepted(served);
    client.pause();
    socket.on('error', () => undefined);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const warned: object[] = [];
    const note = (fields: object) => void warned.push(fields);
    const watch = createSlowReaderWatch({ warn: note, error: note });
    watch.add(socket, () => socket.destroy());
    watch.start();
    onTestFinished(() => watch.stop());
    return { client, socket, warned, watch };
  }

  test('one that takes nothing is dropped when its time is over, and said so in the log', async () => {
    const { socket, warned } = await stuckReader();
    socket.write(new Uint8Array(65_536));
    socket.write(new Uint8Array(LARGE));
    const waiting = socket.writableLength;
    expect(waiting).toBeGreaterThanOrEqual(LARGE);
    const allowedMs = 30_000 + (waiting / 1024) * 1000;
    vi.advanceTimersByTime(allowedMs);
    expect(socket.destroyed).toBe(false);
    // Its time began at the first look, 5 s after it got stuck, and ends at a look.
    for (let looks = 0; looks < 3 && !socket.destroyed; looks++) vi.advanceTimersByTime(5000);
    expect(socket.destroyed).toBe(true);
    expect(warned).toMatchObject([{ waitingBytes: waiting }]);
  });

  test('one that takes a chunk now and then is given time for the rest', async () => {
    const { client, socket, warned } = await stuckReader();
    const chunk = new Uint8Array(LARGE);
    // Node hands the first chunk over alone, and those that wait behind it together.
    const taken = [0, 1, 2, 3].map(
      () => new Promise<void>((resolve) => socket.write(chunk, () => resolve())),
    );
    // Each wait alone is within its time, both together are beyond it.
    const almostTooSlow = () => vi.advanceTimersByTime(0.6 * (socket.writableLength / 1024) * 1000);
    almostTooSlow();
    client.resume();
    await taken[0];
    client.pause();
    expect(socket.writableLength).toBe(3 * LARGE);
    almostTooSlow();
    expect(socket.destroyed).toBe(false);
    client.resume();
    await Promise.all(taken);
    vi.advanceTimersByTime(10 * 3_600_000);
    expect(socket.destroyed).toBe(false);
    expect(warned).toEqual([]);
  });

  test('one for which nothing waits may sleep; what has gone is not looked at', async () => {
    const { socket, warned, client } = await stuckReader();
    vi.advanceTimersByTime(3_600_000);
    expect(socket.destroyed).toBe(false);
    client.destroy();
    await once(socket, 'close');
    vi.advanceTimersByTime(3_600_000);
    expect(warned).toEqual([]);
  });

  test('after stop nobody is dropped', async () => {
    const { socket, watch } = await stuckReader();
    socket.write(new Uint8Array(LARGE));
    watch.stop();
    vi.advanceTimersByTime(100 * 3_600_000);
    expect(socket.destroyed).toBe(false);
  });
});
