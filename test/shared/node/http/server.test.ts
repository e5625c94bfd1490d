import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isTooSlow } from '../../../../shared/node/http/slow-readers.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

describe('threat row 15: every limit is set', () => {
  test('on the server itself', async () => {
    const { server } = await serveImages();
    const {
      headersTimeout,
      requestTimeout,
      keepAliveTimeout,
      maxRequestsPerSocket,
      maxConnections,
      maxHeadersCount,
      timeout,
    } = server.server;
    expect({
      headersTimeout,
      requestTimeout,
      keepAliveTimeout,
      maxRequestsPerSocket,
      maxConnections,
      maxHeadersCount,
      timeout,
    }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 300_000,
      keepAliveTimeout: 5_000,
      maxRequestsPerSocket: 10_000,
      maxConnections: 12_288,
      maxHeadersCount: 200,
      timeout: 30_000,
    });
  });

  test('a reader that takes nothing is cut off', async () => {
    const { dial, source, server } = await serveImages(memorySource({ 640: 32 * 2 ** 20 }), {
      idleTimeoutMs: 100,
    });
    const socket = await dial();
    socket.pause();
    const [accepted] = await Promise.all([
      new Promise<number>((resolve) =>
        server.server.once('request', (req) => req.socket.once('close', () => resolve(1))),
      ),
      socket.write(`GET ${source.rendition('640.jpg').url} HTTP/1.1\r\nHost: a\r\n\r\n`),
    ]);
    expect(accepted).toBe(1);
  });

  test('a reader below the floor is too slow, and is given more time for more bytes', () => {
    const waiting = (waitingBytes: number) => ({ takenBytes: 0, waitingBytes, sinceMs: 0 });
    expect(isTooSlow(waiting(16_384), 30_000)).toBe(false);
    expect(isTooSlow(waiting(16_384), 46_001)).toBe(true);
    expect(isTooSlow(waiting(300_000), 46_001)).toBe(false);
    expect(isTooSlow(waiting(300_000), 323_001)).toBe(true);
  });

  test('a header that never ends is answered 431 and never reaches a handler', async () => {
    const { raw } = await serveImages();
    const answer = await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('Cache-Control: no-store');
  });

  test('connections above the cap are refused, those that stand go on', async () => {
    const { dial, server } = await serveImages(memorySource(), { maxConnections: 2 });
    const first = await dial();
    await dial();
    await waitFor(async () =>
      expect(await new Promise((r) => server.server.getConnections((_e, n) => r(n)))).toBe(2),
    );
    const third = await dial();
    await once(third.resume(), 'close');
    first.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1\.1 404 /);
  });
});

test('a port in use is an error of the start', async () => {
  const { server } = await serveImages();
  await expect(serveImages(memorySource(), { port: server.port })).rejects.toThrow('EADDRINUSE');
});

describe('threat row 47: what smuggles requests past a proxy', () => {
  const { url } = memorySource().rendition('320.avif');
  const HIDDEN = `GET ${url} HTTP/1.1\r\nHost: hidden\r\n\r\n`;
  const count = (answers: string) => answers.match(/HTTP\/1\.1 \d+ /g) ?? [];

  test.each([
    [
      'CL and TE',
      `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['two lengths', `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde`],
    ['length with a sign', `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde`],
    ['a list of lengths', `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde`],
    [
      'TE that is not chunked',
      `GET ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE where chunked is not last',
      `GET ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n${HIDDEN}`,
    ],
    ['space before the colon', `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nabcde`],
    ['line folding', `GET ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['bare LF', `GET ${url} HTTP/1.1\nHost: a\n\n`],
    ['bare CR in a field', `GET ${url} HTTP/1.1\r\nHost: a\rContent-Length: 5\r\n\r\n`],
    ['NUL in a field', `GET ${url} HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n`],
    ['no Host', `GET ${url} HTTP/1.1\r\n\r\n`],
    ['a space in the target', `GET ${url} x HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['HTTP/1.2', `GET ${url} HTTP/1.2\r\nHost: a\r\n\r\n`],
    ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [
      'a wrong chunk size',
      `GET ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${HIDDEN}`,
    ],
  ])('%s: no second answer, and the connection ends', async (_title, text) => {
    const { raw } = await serveImages();
    const answers = await raw(text);
    expect(count(answers).length).toBeLessThanOrEqual(1);
    expect(answers).toMatch(/^(HTTP\/1\.1 [245]\d\d [\s\S]*[Cc]onnection: close|$)/);
  });

  test('most of them are 400', async () => {
    const { raw } = await serveImages();
    for (const field of [
      'Content-Length: 4\r\nTransfer-Encoding: chunked',
      'Content-Length: +5',
      'Content-Length : 5',
      'X: a\0b',
    ])
      expect(await raw(`GET ${url} HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a body on GET is not taken for a request: it is answered, and the connection ends', async () => {
    const { raw, source } = await serveImages();
    const answers = await raw(
      `GET ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
    );
    expect(count(answers)).toEqual(['HTTP/1.1 200 ']);
    expect(answers).toContain('Connection: close');
    expect(answers.endsWith(Buffer.from(source.bytes.get('320.avif')!).toString('latin1'))).toBe(true);
  });

  test('requests in a row on one connection are answered in their order', async () => {
    const { raw, source } = await serveImages();
    source.mode = 'swarm';
    const answers = await raw(
      `GET ${url} HTTP/1.1\r\nHost: a\r\n\r\nGET ${url}x HTTP/1.1\r\nHost: a\r\n\r\n` +
        `HEAD ${url} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(count(answers)).toEqual(['HTTP/1.1 200 ', 'HTTP/1.1 404 ', 'HTTP/1.1 200 ']);
  });

  test('broken bytes in the middle of an answer end the connection and never become image bytes', async () => {
    const { dial, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'stall', blocksBeforeFault: 1 });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.write(`GET ${source.rendition('1280.jpg').url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(socket, 'data');
    socket.write('\0\0\0 not http \r\n\r\n');
    expect((await text).match(/HTTP\/1\.1/g)?.length).toBe(1);
  });
});
