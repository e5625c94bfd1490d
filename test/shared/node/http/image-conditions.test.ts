import { describe, expect, test } from 'vitest';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const NAME = '640.jpg';
const etag = `"${memorySource().rendition(NAME).root}"`;

describe('conditional-inm: If-None-Match over the wire', () => {
  test.each([
    ['conditional-etag-strong-respond', etag, 304],
    ['conditional-etag-weak-respond', `W/${etag}`, 304],
    ['conditional-etag-strong-respond-multiple-first', `${etag}, "b"`, 304],
    ['conditional-etag-strong-respond-multiple-second', `"a", ${etag}, "c"`, 304],
    ['conditional-etag-strong-respond-multiple-last', `"a","b",${etag}`, 304],
    ['conditional-etag-strong-respond-obs-text', `"\xff", ${etag}`, 304],
    ['empty members', `, ,${etag},`, 304],
    ['star', '*', 304],
    ['conditional-etag-strong-generate-unquoted', etag.slice(1, -1), 200],
    ['another tag', '"x"', 200],
    ['the tag in capitals', etag.toUpperCase(), 200],
    ['a small w for weak', `w/${etag}`, 200],
    ['half the tag', `${etag.slice(0, 20)}"`, 200],
    ['the tag inside another', `"x${etag.slice(1)}`, 200],
    ['star as a tag', '"*"', 200],
    ['empty', '', 200],
    ['a long list without it', '"x", '.repeat(1000), 200],
  ])('%s', async (_title, field, status) => {
    const { ask } = await serveImages();
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(`/${NAME}`, { 'if-none-match': field }, method);
      expect([method, answer.status]).toEqual([method, status]);
      // A 304 may have no length of its own, and may not lose what a cache would update (RFC 9110 section 15.4.5).
      if (status === 304) expect(answer.headers).toMatchObject({ etag, 'access-control-allow-origin': '*' });
    }
  });

  test('after a 304 the connection goes on', async () => {
    const { raw } = await serveImages();
    const { url } = memorySource().rendition(NAME);
    const line = `GET ${url} HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n`;
    const answers = await raw(`${line}\r\n${line}Connection: close\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 304 /g)?.length).toBe(2);
  });
});

describe('conditional-etag-precedence (RFC 9110 section 13.2.2)', () => {
  test.each([
    ['If-Match that holds', { 'if-match': etag }, 200],
    ['If-Match star', { 'if-match': '*' }, 200],
    ['If-Match of a list', { 'if-match': `"x", ${etag}` }, 200],
    ['If-Match that is weak does not hold', { 'if-match': `W/${etag}` }, 412],
    ['If-Match before If-None-Match', { 'if-match': '"x"', 'if-none-match': etag }, 412],
    ['If-None-Match after an If-Match that holds', { 'if-match': etag, 'if-none-match': etag }, 304],
    ['If-Match before Range', { 'if-match': '"x"', range: 'bytes=0-1' }, 412],
    ['If-Match that holds, with Range', { 'if-match': etag, range: 'bytes=0-1' }, 206],
    ['If-None-Match before a range outside', { 'if-none-match': etag, range: 'bytes=99999999-' }, 304],
    ['If-None-Match of another, with Range', { 'if-none-match': '"x"', range: 'bytes=0-1' }, 206],
    ['If-Range that fails, with a range outside', { 'if-range': '"x"', range: 'bytes=99999999-' }, 200],
    ['If-Range without Range', { 'if-range': '"x"' }, 200],
    ['dates alone decide nothing', { 'if-modified-since': 'Fri, 31 Dec 2100 23:59:59 GMT' }, 200],
    ['nor does the other date', { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
  ])('%s', async (_title, headers, status) => {
    const { ask } = await serveImages();
    expect((await ask(`/${NAME}`, headers)).status).toBe(status);
  });
});

describe('threat row 43: range arithmetic over the wire', () => {
  const SIZE = 60_000;
  test.each([
    ['a suffix of 2^64-1', 'bytes=-18446744073709551615', 206, `bytes 0-${SIZE - 1}/${SIZE}`],
    ['a suffix of 2^53', 'bytes=-9007199254740992', 206, `bytes 0-${SIZE - 1}/${SIZE}`],
    ['a suffix of 0', 'bytes=-0', 416, `bytes */${SIZE}`],
    ['an end of 2^64-1', 'bytes=1-18446744073709551615', 206, `bytes 1-${SIZE - 1}/${SIZE}`],
    ['IIS CVE-2015-1635', 'bytes=18-18446744073709551615', 206, `bytes 18-${SIZE - 1}/${SIZE}`],
    ['a start of 2^64-1', 'bytes=18446744073709551615-', 416, `bytes */${SIZE}`],
    ['nginx CVE-2017-7529', `bytes=-${SIZE + 1000},-9223372036854775000`, 200, undefined],
    ['a reversed range', 'bytes=5-4', 200, undefined],
    ['a reversed range beyond 2^53', 'bytes=9007199254740993-9007199254740992', 200, undefined],
    ['leading zeros', 'bytes=0000000000000000000001-02', 206, `bytes 1-2/${SIZE}`],
    ['a sign', 'bytes=+1-2', 200, undefined],
    ['hexadecimal', 'bytes=0x1-0x2', 200, undefined],
    ['the last byte', `bytes=${SIZE - 1}-${SIZE - 1}`, 206, `bytes ${SIZE - 1}-${SIZE - 1}/${SIZE}`],
    ['one beyond', `bytes=${SIZE}-${SIZE}`, 416, `bytes */${SIZE}`],
    ['partial-store-case: unit in capitals', 'BYTES=0-0', 206, `bytes 0-0/${SIZE}`],
    ['one of two outside', `bytes=0-0,${SIZE}-`, 206, `bytes 0-0/${SIZE}`],
    ['two that touch are one', 'bytes=0-4,5-9', 206, `bytes 0-9/${SIZE}`],
    ['a hundred ranges', `bytes=${'0-0,'.repeat(100)}`, 200, undefined],
    ['a megabyte short of the limit', `bytes=${' '.repeat(8000)}0-0`, 200, undefined],
  ])('%s', async (_title, range, status, place) => {
    for (const mode of ['hot', 'disk'] as const) {
      const { ask, source } = await serveImages();
      source.mode = mode;
      const answer = await ask(`/${NAME}`, { range });
      expect([answer.status, answer.headers['content-range'], answer.complete]).toEqual([
        status,
        place,
        true,
      ]);
      if (status === 200) expect(answer.body.length).toBe(SIZE);
    }
  });
});

describe('threat row 41: a source gives what the ranges touch, no more', () => {
  test.each([
    ['several ranges', 'bytes=100-199,50000-50009', [100, 200, 50_000, 50_010]],
    ['ranges that are joined', 'bytes=100-199,150-300', [100, 301]],
    ['a suffix', 'bytes=-1', [59_999, 60_000]],
  ])('%s', async (_title, range, bounds) => {
    const { ask, source } = await serveImages();
    source.mode = 'swarm';
    await ask(`/${NAME}`, { range });
    expect(source.reads.flatMap(({ startBytes, endBytes }) => [startBytes, endBytes])).toEqual(bounds);
  });

  test.each([
    ['HEAD', 'HEAD', {}],
    ['304', 'GET', { 'if-none-match': etag }],
    ['412', 'GET', { 'if-match': '"x"' }],
    ['416', 'GET', { range: 'bytes=99999999-' }],
    ['405', 'DELETE', {}],
    ['OPTIONS', 'OPTIONS', {}],
  ])('nothing at all for %s', async (_title, method, headers) => {
    const { ask, source } = await serveImages();
    source.mode = 'swarm';
    await ask(`/${NAME}`, headers, method);
    expect(source.reads).toEqual([]);
  });
});
