import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { readToEnd } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const LARGE_BYTES = 32 * 2 ** 20;
const get = (url: string, fields = '') => `GET ${url} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** A source with one file too large for any socket's buffers, and its bytes. */
function largeSource() {
  const source = memorySource({ 640: 1000 });
  const rendition = source.rendition('640.jpg');
  const whole = new Uint8Array(LARGE_BYTES).fill(7);
  Object.assign(rendition, { bytes: LARGE_BYTES });
  source.open = () => ({ source: 'memory', whole, read: () => Promise.reject(new Error('unused')) as never });
  return { source, url: rendition.url };
}

describe('close lets answers end within its deadline', () => {
  test('a slow reader of a warm answer gets all of it, though node:http calls its connection idle', async () => {
    const { source, url } = largeSource();
    const { dial, server } = await serveImages(source);
    const slow = await dial();
    slow.write(get(url));
    let receivedBytes = 0;
    await once(slow, 'readable');
    const closed = server.close(20_000);
    // In sips, over many looks for idle connections.
    slow.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length;
      slow.pause();
      setTimeout(() => slow.resume(), 1);
    });
    await once(slow, 'close');
    expect(receivedBytes).toBeGreaterThan(LARGE_BYTES);
    await closed;
  });

  test('a keep-alive connection whose answer was taken ends', async () => {
    const { dial, server, source } = await serveImages();
    const socket = await dial();
    socket.write(get(source.rendition('320.avif').url));
    await once(socket, 'data');
    const ended = once(socket.resume(), 'close');
    await server.close(60_000);
    await ended;
  });

  test('requests that wait behind a late answer are answered too', async () => {
    const { dial, server, source } = await serveImages();
    const { url } = source.rendition('320.avif');
    let release: (() => void) | undefined;
    const open = source.open;
    source.open = (image, rendition) =>
      new Promise((resolve) => {
        release = () => {
          source.open = open;
          resolve(open(image, rendition));
        };
      });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(get(url) + get(`${url}x`) + get('/healthz', 'Connection: close\r\n'));
    await waitFor(() => expect(release).toBeDefined());
    const closed = server.close(20_000);
    release?.();
    expect([...(await text).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)).toEqual([
      '200',
      '404',
      '404',
    ]);
    await closed;
  });

  test('half a header does not hold it beyond the deadline', async () => {
    const { dial, server } = await serveImages();
    const socket = await dial();
    socket.write('GET / HT');
    await waitFor(async () =>
      expect(await new Promise((r) => server.server.getConnections((_e, n) => r(n)))).toBe(1),
    );
    const text = readToEnd(socket);
    await server.close(50);
    expect(await text).toBe('');
  });

  test('what comes to the port afterwards is refused, and closing again is fine', async () => {
    const { dial, server } = await serveImages();
    await server.close(1000);
    await expect(dial()).rejects.toThrow('ECONNREFUSED');
    await server.close(0);
  });
});

describe('close ends what there is, each in its way', () => {
  test('takes no new connections, ends idle ones, lets a running answer finish', async () => {
    const { dial, source, server } = await serveImages();
    let release: (() => void) | undefined;
    const body = source.open;
    source.open = (image, rendition) =>
      new Promise((resolve) => {
        release = () => resolve(body(image, rendition));
      });
    const idle = await dial();
    const busy = await dial();
    const answer = readToEnd(busy);
    busy.write(`GET ${source.rendition('640.jpg').url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await waitFor(() => expect(release).toBeDefined());
    const closed = server.close(10_000);
    await once(idle.resume(), 'close');
    await expect(dial()).rejects.toThrow();
    release?.();
    expect((await answer).length).toBeGreaterThan(60_000);
    await closed;
  });

  test('cuts off at the deadline what does not end', async () => {
    const { dial, source, server } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'stall' });
    const socket = await dial();
    socket.write(`GET ${source.rendition('640.jpg').url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await waitFor(() => expect(source.reads.length).toBe(1));
    const ended = readToEnd(socket);
    await server.close(50);
    expect(await ended).toBe('');
    await waitFor(() => expect(source.reads[0]?.ended).toBe(true));
  });
});
