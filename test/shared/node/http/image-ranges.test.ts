import { describe, expect, test } from 'vitest';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const NAME = '640.jpg';
const MODES = ['hot', 'swarm'] as const;

describe.each(MODES)('ranges, bytes %s', (mode) => {
  const served = async () => {
    const it = await serveImages();
    it.source.mode = mode;
    return { ...it, bytes: Buffer.from(it.source.bytes.get(NAME)!) };
  };

  test.each([
    ['partial-first-last', 'bytes=0-9', 0, 10],
    ['partial-from-the-middle', 'bytes=20000-40000', 20_000, 40_001],
    ['partial-open-end', 'bytes=59990-', 59_990, 60_000],
    ['partial-everything', 'bytes=0-', 0, 60_000],
    ['partial-suffix', 'bytes=-5', 59_995, 60_000],
    ['partial-suffix beyond the start (threat row 43)', 'bytes=-99999999', 0, 60_000],
    ['partial-end beyond the file', 'bytes=59999-99999999', 59_999, 60_000],
  ])('%s: %s', async (_title, range, start, end) => {
    const { ask, bytes } = await served();
    const { status, headers, body } = await ask(`/${NAME}`, { range });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/60000`);
    expect(headers['content-length']).toBe(String(end - start));
    expect(headers['content-type']).toBe('image/jpeg');
    expect(headers.etag).toBeDefined();
    expect(headers['cache-control']).toContain('immutable');
    expect(body.equals(bytes.subarray(start, end))).toBe(true);
  });

  test('several: multipart/byteranges, each part with its place (RFC 9110 section 14.6)', async () => {
    const { ask, bytes } = await served();
    const { status, headers, body } = await ask(`/${NAME}`, { range: 'bytes=50000-50009,0-4,20000-36500' });
    expect(status).toBe(206);
    expect(headers['content-range']).toBeUndefined();
    expect(headers['content-length']).toBe(String(body.length));
    const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(headers['content-type']!)![1]!;
    const parts = body.toString('latin1').split(`\r\n--${boundary}`);
    expect(parts[0]).toBe('');
    expect(parts.at(-1)).toBe('--\r\n');
    const wanted = [
      [50_000, 50_010],
      [0, 5],
      [20_000, 36_501],
    ] as const;
    wanted.forEach(([start, end], i) => {
      const content = bytes.subarray(start, end).toString('latin1');
      expect(parts[i + 1]).toBe(
        `\r\nContent-Type: image/jpeg\r\nContent-Range: bytes ${start}-${end - 1}/60000\r\n\r\n${content}`,
      );
    });
  });

  test.each([
    ['malformed', 'bytes=abc'],
    ['another unit', 'pages=1-2'],
    ['more than five (threat row 42)', 'bytes=0-0,2-2,4-4,6-6,8-8,10-10'],
    ['sum of the size or more (threat row 42)', 'bytes=0-59999,0-59999'],
  ])('%s: the whole file', async (_title, range) => {
    const { ask, bytes } = await served();
    const { status, headers, body } = await ask(`/${NAME}`, { range });
    expect([status, headers['content-range'], body.equals(bytes)]).toEqual([200, undefined, true]);
  });

  test('416 tells the size', async () => {
    const { ask } = await served();
    const { status, headers } = await ask(`/${NAME}`, { range: 'bytes=60000-' });
    expect([status, headers['content-range']]).toEqual([416, 'bytes */60000']);
  });

  test('HEAD ignores Range (RFC 9110 section 14.2)', async () => {
    const { ask } = await served();
    const { status, headers } = await ask(`/${NAME}`, { range: 'bytes=0-9' }, 'HEAD');
    expect([status, headers['content-length'], headers['content-range']]).toEqual([200, '60000', undefined]);
  });

  test('If-Range: the strong tag keeps the range; a weak one, another, or a date gives the whole file', async () => {
    const { ask } = await served();
    const { etag } = (await ask(`/${NAME}`)).headers;
    const status = async (ifRange: string) =>
      (await ask(`/${NAME}`, { range: 'bytes=0-9', 'if-range': ifRange })).status;
    expect(await status(etag!)).toBe(206);
    expect(await status(`W/${etag}`)).toBe(200);
    expect(await status('"other"')).toBe(200);
    expect(await status('Sat, 29 Oct 1994 19:43:31 GMT')).toBe(200);
  });

  test('If-None-Match decides before Range', async () => {
    const { ask } = await served();
    const { etag } = (await ask(`/${NAME}`)).headers;
    expect((await ask(`/${NAME}`, { range: 'bytes=0-9', 'if-none-match': etag })).status).toBe(304);
  });
});

test('threat row 41: a source is asked for the range, not for the file', async () => {
  const { ask, source } = await serveImages();
  source.mode = 'swarm';
  await ask(`/${NAME}`, { range: 'bytes=30000-30000' });
  expect(source.reads.map(({ startBytes, endBytes }) => [startBytes, endBytes])).toEqual([[30_000, 30_001]]);
});

test('BEP 19: a stock client’s ranged requests in a row put the file together', async () => {
  const { ask, source } = await serveImages(memorySource({ 640: 100_000 }));
  const pieces: Buffer[] = [];
  for (let at = 0; at < 100_000; at += 16_384) {
    const { body, status } = await ask(`/${NAME}`, { range: `bytes=${at}-${Math.min(at + 16_383, 99_999)}` });
    expect(status).toBe(206);
    pieces.push(body);
  }
  expect(Buffer.concat(pieces).equals(source.bytes.get(NAME)!)).toBe(true);
});

describe('304 (RFC 9110 section 15.4.5)', () => {
  test.each([
    ['conditional-etag-strong-respond', (etag: string) => etag],
    ['conditional-etag-weak-respond', (etag: string) => `W/${etag}`],
    ['conditional-etag-strong-respond-multiple-last', (etag: string) => `"a", "b", ${etag}`],
    ['any', () => '*'],
    ['conditional-etag-precedence: the date does not count', (etag: string) => etag],
  ])('%s', async (_title, field) => {
    const { ask, source } = await serveImages();
    source.mode = 'swarm';
    const etag = `"${source.rendition(NAME).root}"`;
    const headers = { 'if-none-match': field(etag), 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' };
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(`/${NAME}`, headers, method);
      expect(answer.status).toBe(304);
      expect(answer.body.length).toBe(0);
      expect(answer.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=31536000, immutable' });
      expect(answer.headers.date).toBeDefined();
      expect(answer.headers['content-length']).toBeUndefined();
      expect(answer.headers['content-type']).toBeUndefined();
    }
    expect(source.reads).toEqual([]);
  });

  test('conditional-304-etag: two field lines are one list', async () => {
    const { raw, source } = await serveImages();
    const answer = await raw(
      `GET ${source.rendition(NAME).url} HTTP/1.1\r\nHost: a\r\nIf-None-Match: "x"\r\n` +
        `If-None-Match: "${source.rendition(NAME).root}"\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 304 /);
  });
});
