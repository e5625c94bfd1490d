/** Bytes that are not in memory: they go out as they come in, and no client is ever told what is not true. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../../shared/errors.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { BLOCK_BYTES, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const NAME = '1280.jpg';
const get = (url: string, fields = '') => `GET ${url} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** A source that gives a block whenever the test says so. */
function stepSource() {
  const source = memorySource();
  const content = source.bytes.get(NAME)!;
  const gates: (() => void)[] = [];
  let opened = 0;
  source.open = () => ({
    source: 'swarm',
    whole: undefined,
    async *read(startBytes, endBytes) {
      for (let at = startBytes; at < endBytes; at += BLOCK_BYTES) {
        if (opened > 0) opened -= 1;
        else await new Promise<void>((resolve) => gates.push(resolve));
        yield content.subarray(at, Math.min(at + BLOCK_BYTES, endBytes));
      }
    },
  });
  const give = (blocks = 1) => {
    for (; blocks > 0; blocks--) {
      const gate = gates.shift();
      if (gate === undefined) opened += 1;
      else gate();
    }
  };
  return { source, content, give };
}

/** A source that says when it has begun, gives nothing, and fails when told to. */
function begunSource() {
  const source = memorySource();
  let begin = (): void => {};
  let fail = (_error: Error): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const failure = new Promise<Uint8Array>((_resolve, reject) => {
    fail = reject;
  });
  // It may fail before the request has come.
  failure.catch(() => {});
  source.open = () => ({
    source: 'swarm',
    whole: undefined,
    begun,
    read: async function* () {
      yield await failure;
    },
  });
  return { source, begin: () => begin(), fail: () => fail(new UserError('image_unavailable', 503, 'gone')) };
}

/** Reads until `lengthBytes` have come; fails when the connection ends before. */
async function readBytes(socket: Socket, lengthBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let got = 0;
  while (got < lengthBytes) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else {
      chunks.push(chunk);
      got += chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

describe('the header goes out when a source has begun to answer', () => {
  test('then it has all that the log is certain of, and a fetch that fails is cut short of its length', async () => {
    const { source, begin, fail } = begunSource();
    const { dial } = await serveImages(source);
    const socket = await dial();
    socket.write(get(source.rendition(NAME).url));
    begin();
    let header = '';
    while (!header.endsWith('\r\n\r\n')) header += (await readBytes(socket, 1)).toString('latin1');
    expect(header).toMatch(/^HTTP\/1\.1 200 /);
    expect(header).toContain(`Content-Length: ${source.rendition(NAME).bytes}\r\n`);
    expect(header).toContain(`ETag: "${source.rendition(NAME).root}"`);
    fail();
    expect(await readToEnd(socket)).toBe('');
  });

  test('not before: a fetch that fails until then is a clean 503', async () => {
    const { source, fail } = begunSource();
    const { dial } = await serveImages(source);
    const socket = await dial();
    socket.write(get(source.rendition(NAME).url, 'Connection: close\r\n'));
    fail();
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('bytes go out as they come in', () => {
  test('the client has the header and the first block while the second is not there yet', async () => {
    const { source, content, give } = stepSource();
    const { dial } = await serveImages(source);
    const socket = await dial();
    socket.write(get(source.rendition(NAME).url, 'Connection: close\r\n'));
    give();
    let text = Buffer.alloc(0);
    while (text.indexOf('\r\n\r\n') < 0) text = Buffer.concat([text, await readBytes(socket, 1)]);
    const bodyAt = text.indexOf('\r\n\r\n') + 4;
    const header = text.subarray(0, bodyAt).toString('latin1');
    expect(header).toMatch(/^HTTP\/1\.1 200 /);
    expect(header).toContain(`Content-Length: ${content.length}\r\n`);
    expect(header).toContain('detail=swarm');
    let body = text.subarray(bodyAt);
    for (let blocks = 1; blocks <= 3; blocks++) {
      const wanted = blocks * BLOCK_BYTES;
      if (body.length < wanted) body = Buffer.concat([body, await readBytes(socket, wanted - body.length)]);
      // Not a byte more: the source has given no more.
      expect(body.equals(content.subarray(0, wanted))).toBe(true);
      give();
    }
    const rest = readToEnd(socket);
    give(1000);
    expect(body.toString('latin1') + (await rest)).toBe(Buffer.from(content).toString('latin1'));
  });

  test('requests behind a late answer on the same connection wait for it', async () => {
    const { source, content, give } = stepSource();
    const { raw } = await serveImages(source);
    const { url } = source.rendition(NAME);
    const answers = raw(get(url) + get(url, 'Range: bytes=0-9\r\n') + get('/x', 'Connection: close\r\n'));
    give(1000);
    const text = await answers;
    expect([...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)).toEqual([
      '200',
      '206',
      '404',
    ]);
    expect(text).toContain(Buffer.from(content).toString('latin1'));
  });

  test('a source of one reader does not hold up another', async () => {
    const { source } = stepSource();
    const { ask, dial } = await serveImages(source);
    const { open } = memorySource();
    const late = await dial();
    late.write(get(source.rendition(NAME).url));
    await waitFor(async () => expect((await ask('/healthz')).status).toBe(404));
    source.open = open;
    expect((await ask('/640.avif')).body.equals(source.bytes.get('640.avif')!)).toBe(true);
  });

  test('empty chunks of a source are nothing', async () => {
    const { source, content } = stepSource();
    source.open = () => ({
      source: 'disk',
      whole: undefined,
      async *read(startBytes, endBytes) {
        yield new Uint8Array(0);
        yield content.subarray(startBytes, endBytes);
        yield new Uint8Array(0);
      },
    });
    const { ask } = await serveImages(source);
    const { body, complete } = await ask(`/${NAME}`);
    expect([complete, body.equals(content)]).toEqual([true, true]);
  });
});

describe('a source that has nothing', () => {
  test.each([
    ['the whole file', {}],
    ['one range', { range: 'bytes=5-9' }],
    ['several ranges', { range: 'bytes=5-9,20000-20009' }],
  ])('is a clean 503 for %s, and the connection lives on', async (_title, fields) => {
    const { ask, raw, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'unavailable' });
    const { status, headers, complete } = await ask(`/${NAME}`, fields);
    expect([status, complete]).toEqual([503, true]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    });
    expect(headers['content-range']).toBeUndefined();
    expect(headers.etag).toBeUndefined();
    const { url } = source.rendition(NAME);
    const answers = await raw(get(url) + get(url, 'Connection: close\r\n'));
    expect(answers.match(/HTTP\/1\.1 503 /g)?.length).toBe(2);
  });

  test('recovers: the next request has the bytes', async () => {
    const { ask, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'unavailable' });
    expect((await ask(`/${NAME}`)).status).toBe(503);
    source.fault = 'none';
    const { status, body } = await ask(`/${NAME}`);
    expect([status, body.equals(source.bytes.get(NAME)!)]).toEqual([200, true]);
  });

  test('later, on a kept connection: it ends, and the answer behind never becomes image bytes', async () => {
    const { raw, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'unavailable', blocksBeforeFault: 2 });
    const { url } = source.rendition(NAME);
    const text = await raw(get(url) + get(`${url}x`));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    expect(body.length).toBeLessThanOrEqual(2 * BLOCK_BYTES);
    expect(Buffer.from(source.bytes.get(NAME)!).toString('latin1').startsWith(body)).toBe(true);
  });

  test('in the middle of several ranges: cut short, never a wrong part', async () => {
    const { ask, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'unavailable', blocksBeforeFault: 1 });
    const { status, complete, body } = await ask(`/${NAME}`, { range: 'bytes=0-9,20000-60000' });
    expect([status, complete]).toEqual([206, false]);
    expect(body.toString('latin1')).toContain('Content-Range: bytes 0-9/300000');
  });
});
