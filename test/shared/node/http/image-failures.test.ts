import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../shared/errors.ts';
import { registerHttp } from '../../../../shared/node/http/register-http.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const NAME = '1280.jpg';
const GET = (url: string) => `GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('a source that fails before the first byte', () => {
  test('image_unavailable is a 503 with Retry-After that no cache keeps', async () => {
    const { ask, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'unavailable' });
    const { status, headers, body } = await ask(`/${NAME}`);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '2', 'cache-control': 'no-store' });
    expect(headers.etag).toBeUndefined();
    expect(JSON.parse(body.toString()).code).toBe('image_unavailable');
  });

  test.each(['GET', 'HEAD'])(
    'an image that is purged while %s waits for it is unknown, as for who asks then: a 404 and no 503',
    async (method) => {
      const { ask, source } = await serveImages();
      source.open = async () => {
        source.image = () => undefined;
        throw new UserError('image_unavailable', 503, 'The torrent is not here.');
      };
      const { status, headers, body } = await ask(`/${NAME}`, {}, method);
      expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 404, retryAfter: undefined });
      if (method === 'GET') expect(JSON.parse(body.toString()).code).toBe('image_unknown');
    },
  );

  test('an error of ours is a 500 that tells nothing, and is logged', async () => {
    const { ask, source, logged } = await serveImages();
    Object.assign(source, { mode: 'disk', fault: 'crash' });
    const { status, body } = await ask(`/${NAME}`);
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('disk');
    expect(logged[0]).toMatchObject({ message: 'image answer failed' });
  });

  test('an open that throws or rejects is answered as well, for GET and HEAD', async () => {
    const { ask, source } = await serveImages();
    source.open = () => {
      throw new Error('broken');
    };
    expect((await ask(`/${NAME}`)).status).toBe(500);
    source.open = () => Promise.reject(new Error('broken'));
    expect((await ask(`/${NAME}`)).status).toBe(500);
    expect((await ask(`/${NAME}`, {}, 'HEAD')).status).toBe(500);
  });

  test('hot bytes of a wrong length are never sent', async () => {
    const { ask, source } = await serveImages();
    source.open = () => ({
      source: 'memory',
      whole: new Uint8Array(5),
      read: () => {
        throw new Error('unused');
      },
    });
    expect((await ask(`/${NAME}`)).status).toBe(500);
  });
});

describe.each(['unavailable', 'crash', 'short', 'long'] as const)(
  'a source that fails later (%s)',
  (fault) => {
    test('the client sees an incomplete answer whose bytes are right, never a wrong one', async () => {
      const { ask, source, logged } = await serveImages();
      Object.assign(source, { mode: 'swarm', fault, blocksBeforeFault: 3 });
      const { status, body, complete } = await ask(`/${NAME}`);
      expect(status).toBe(200);
      expect(complete).toBe(false);
      const bytes = Buffer.from(source.bytes.get(NAME)!);
      expect(body.length).toBeLessThanOrEqual(3 * 16_384);
      expect(body.equals(bytes.subarray(0, body.length))).toBe(true);
      expect(logged.at(-1)).toMatchObject({ message: 'image answer cut short' });
    });
  },
);

test('threat row 15: a reader that takes nothing holds the source back; no more is read than buffers hold', async () => {
  const size = 64 * 2 ** 20;
  const { dial, source } = await serveImages(memorySource({ 640: 1000 }));
  const rendition = source.rendition('640.jpg');
  const block = new Uint8Array(65_536);
  let given = 0;
  let ended = false;
  Object.assign(rendition, { bytes: size });
  source.open = () => ({
    source: 'swarm',
    whole: undefined,
    async *read() {
      try {
        for (; given < size; given += block.length) yield block;
      } finally {
        ended = true;
      }
    },
  });
  const socket = await dial();
  socket.pause();
  socket.write(GET(rendition.url));
  let before = -1;
  // Done when a whole turn of the poll brought nothing new.
  await waitFor(
    () => {
      const now = given;
      const quiet = now > 0 && now === before;
      before = now;
      expect(quiet).toBe(true);
    },
    { interval: 200, timeout: 10_000 },
  );
  expect(given).toBeLessThan(size / 2);
  socket.destroy();
  await waitFor(() => expect(ended).toBe(true));
});

test('metrics count what was answered, by route, status and source', async () => {
  const { ask, source, metrics } = await serveImages();
  const registry = new Registry();
  registerHttp(registry, metrics);
  await ask(`/${NAME}`);
  await ask(`/${NAME}`);
  await ask('?w=1');
  source.mode = 'swarm';
  await ask(`/${NAME}`, { range: 'bytes=0-99' });
  await ask('/nothing.jpg');
  const text = await registry.metrics();
  for (const line of [
    'shoal_http_requests_total{role="edge",route="named",status="200"} 2',
    'shoal_http_requests_total{role="edge",route="named",status="206"} 1',
    'shoal_http_requests_total{role="edge",route="named",status="404"} 1',
    'shoal_http_requests_total{role="edge",route="negotiated",status="200"} 1',
    'shoal_http_sent_bytes_total{role="edge",source="peers"} 100',
    'shoal_http_first_byte_seconds_count{role="edge",source="memory"} 3',
    'shoal_http_first_byte_seconds_bucket{role="edge",source="swarm",le="+Inf"} 1',
  ])
    expect(text.split('\n')).toContain(line);
  // A scrape counts nothing twice.
  expect(await registry.metrics()).toBe(text);
});
