/** Conditions and ranges of image answers (RFC 9110 sections 13 and 14), the same at the origin and at an edge. */
import { beforeEach, describe, expect, test } from 'vitest';
import { SPOKEN, startRoles } from './http-roles.ts';

const roles = startRoles(SPOKEN);
const NAME = '640.jpg';
const PAST = 'Thu, 01 Jan 1970 00:00:00 GMT';
const FUTURE = 'Fri, 31 Dec 2100 23:59:59 GMT';
/** Fields that a 304 MUST have if the 200 has them (section 15.4.5), and those that a browser checks on any answer. */
const KEPT = ['cache-control', 'content-location', 'etag', 'vary', 'access-control-allow-origin'];

describe.each(SPOKEN)('%s', (role) => {
  const ask = (path: string, headers = {}, method = 'GET') => roles.ask(role, path, headers, method);
  let etag: string;
  let bytes: Buffer;
  beforeEach(async () => {
    const answer = await ask(`/${NAME}`);
    etag = answer.headers.etag ?? '';
    bytes = answer.body;
  });

  test.each([
    ['13.1.2: the tag', '$', 304],
    ['13.1.2: weak comparison', 'W/$', 304],
    ['13.1.2: a list, blanks and empty members', ', "a" ,\tW/"b",$ ,', 304],
    ['13.1.2: star', '*', 304],
    ['8.8.3: a comma within another tag', '"a,b", $', 304],
    ['8.8.3: obs-text within another tag', '"\xfc", $', 304],
    ['8.8.3: not quoted', 'plain', 200],
    ['8.8.3: a small w', 'w/$', 200],
    ['8.8.3: a backslash for the slash', 'W\\$', 200],
    ['8.8.3: a W without its slash', 'W$', 200],
    ['13.1.2: another tag', '"x"', 200],
    ['13.1.2: a star among tags', '"x", *', 200],
  ])('conditional-inm, RFC 9110 section %s: %s is %i', async (_rule, field, status) => {
    const value = field === 'plain' ? etag.slice(1, -1) : field.replace('$', etag);
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(`/${NAME}`, { 'if-none-match': value }, method);
      expect([method, answer.status]).toEqual([method, status]);
    }
  });

  test('RFC 9110 section 15.4.5: a 304 has the fields that a cache updates, and none of a content', async () => {
    for (const path of [`/${NAME}`, '?w=640']) {
      const full = await ask(path);
      const answer = await ask(path, { 'if-none-match': full.headers.etag });
      expect([answer.status, answer.body.length]).toEqual([304, 0]);
      for (const name of KEPT) expect([name, answer.headers[name]]).toEqual([name, full.headers[name]]);
      for (const name of ['content-length', 'content-type', 'content-range', 'transfer-encoding', 'age'])
        expect([name, answer.headers[name]]).toEqual([name, undefined]);
    }
  });

  test.each([
    ['1: If-Match that fails, before If-None-Match', { 'if-match': '"x"', 'if-none-match': '$' }, 412],
    ['1: If-Match compares strongly', { 'if-match': 'W/$' }, 412],
    ['1: If-Match of a list', { 'if-match': '"x", $' }, 200],
    ['1: If-Match star', { 'if-match': '*' }, 200],
    [
      '1: If-Match that holds, before If-Unmodified-Since',
      { 'if-match': '$', 'if-unmodified-since': PAST },
      200,
    ],
    ['2: If-Unmodified-Since without a Last-Modified', { 'if-unmodified-since': PAST }, 200],
    [
      '3: If-None-Match before If-Modified-Since',
      { 'if-none-match': '"x"', 'if-modified-since': FUTURE },
      200,
    ],
    ['3: If-None-Match before an old date', { 'if-none-match': '$', 'if-modified-since': PAST }, 304],
    ['4: If-Modified-Since without a Last-Modified', { 'if-modified-since': FUTURE }, 200],
    ['5: conditions before Range', { 'if-match': '"x"', range: 'bytes=0-1' }, 412],
    ['5: If-None-Match before Range', { 'if-none-match': '$', range: 'bytes=0-1' }, 304],
    ['5: If-None-Match before a range outside', { 'if-none-match': '$', range: 'bytes=99999999-' }, 304],
    ['5: Range when If-Range holds', { 'if-range': '$', range: 'bytes=0-1' }, 206],
    ['5: no Range when If-Range fails', { 'if-range': '"x"', range: 'bytes=99999999-' }, 200],
  ])('conditional-etag-precedence, RFC 9110 section 13.2.2 step %s', async (_rule, fields, status) => {
    const headers = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value.replace('$', etag)]),
    );
    expect((await ask(`/${NAME}`, headers)).status).toBe(status);
  });

  test.each([
    ['the strong tag', '$', 206],
    ['a weak tag', 'W/$', 200],
    ['another tag', '"x"', 200],
    ['a date that has passed', PAST, 200],
    ['a date to come', FUTURE, 200],
    ['an asctime date', 'Sun Nov  6 08:49:37 1994', 200],
    ['a list', '$, $', 200],
    ['a star', '*', 200],
  ])('range_if_range, RFC 9110 section 13.1.5: %s is %i', async (_title, _field, status) => {
    const value = _field.replaceAll('$', etag);
    expect((await ask(`/${NAME}`, { range: 'bytes=0-1', 'if-range': value })).status).toBe(status);
  });

  test.each([
    ['14.1.2: first and last', 'bytes=0-9', 0, 10],
    ['14.1.2: absent last', 'bytes=100-', 100, -0],
    ['14.1.2: suffix', 'bytes=-10', -10, -0],
    ['14.1.2: suffix beyond the start (RANGE_INCORRECT)', 'bytes=-999999999', 0, -0],
    ['14.1.2: last beyond the end', 'bytes=5-999999999', 5, -0],
    ['14.1: the unit in capitals', 'BYTES=0-9', 0, 10],
    ['14.2: one of two outside', 'bytes=0-9,999999999-', 0, 10],
    ['15.3.7.2: overlapping ones are joined', 'bytes=0-5,4-9', 0, 10],
  ])('partial, RFC 9110 section %s: %s', async (_rule, range, start, end) => {
    const answer = await ask(`/${NAME}`, { range });
    const size = bytes.length;
    const [first, last] = [start < 0 ? size + start : start, end === 0 ? size : end];
    expect([answer.status, answer.headers['content-range']]).toEqual([
      206,
      `bytes ${first}-${last - 1}/${size}`,
    ]);
    expect(answer.headers['content-length']).toBe(String(last - first));
    expect(answer.body.equals(bytes.subarray(first, last))).toBe(true);
  });

  test('MISSING_HDRS_206, RFC 9110 section 15.3.7: a 206 has the fields of a 200', async () => {
    for (const path of [`/${NAME}`, '?w=640']) {
      const { headers: full } = await ask(path);
      const { headers: part } = await ask(path, { range: 'bytes=0-9' });
      const { 'content-length': _all, date: _then, ...rest } = full;
      expect(part).toMatchObject(rest);
    }
  });

  test('RFC 9110 section 15.3.7.2: several ranges are multipart/byteranges without a Content-Range', async () => {
    const answer = await ask(`/${NAME}`, { range: 'bytes=20-29,0-9' });
    expect([answer.status, answer.headers['content-range']]).toEqual([206, undefined]);
    const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
      answer.headers['content-type'] ?? '',
    )?.[1];
    const [before, ...parts] = answer.body.toString('latin1').split(`\r\n--${boundary}`);
    expect([before, parts.length, parts.at(-1)]).toEqual(['', 3, '--\r\n']);
    const part = (start: number, end: number) =>
      `\r\nContent-Type: image/jpeg\r\nContent-Range: bytes ${start}-${end - 1}/${bytes.length}\r\n\r\n` +
      bytes.subarray(start, end).toString('latin1');
    expect(parts.slice(0, 2)).toEqual([part(20, 30), part(0, 10)]);
  });

  test.each([
    ['14.2: an unknown unit', 'pages=1-2'],
    ['14.1.1: last before first', 'bytes=9-0'],
    ['14.1.1: no digits', 'bytes=a-b'],
    ['14.1.1: one bad spec voids all', 'bytes=0-1,x'],
    ['17.15: six ranges (threat row 42)', 'bytes=0-0,2-2,4-4,6-6,8-8,10-10'],
    ['17.15: as many bytes as the file has (threat row 42)', 'bytes=0-,0-'],
  ])('partial, RFC 9110 section %s: the whole file', async (_rule, range) => {
    const answer = await ask(`/${NAME}`, { range });
    expect([answer.status, answer.headers['content-range']]).toEqual([200, undefined]);
    expect(answer.body.equals(bytes)).toBe(true);
  });

  test('RFC 9110 section 15.5.17: a range outside is 416 and tells the size', async () => {
    for (const range of ['bytes=999999999-', 'bytes=-0', 'bytes=999999999-,-0']) {
      const answer = await ask(`/${NAME}`, { range });
      expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${bytes.length}`]);
    }
  });

  test('RFC 9110 section 14.2: Range is for GET; HEAD has the fields of the whole file', async () => {
    const { date: _then, ...plain } = (await ask(`/${NAME}`, {}, 'HEAD')).headers;
    for (const range of ['bytes=0-9', 'bytes=999999999-', 'bytes=0-0,2-2']) {
      const { status, headers } = await ask(`/${NAME}`, { range }, 'HEAD');
      const { date: _now, ...ranged } = headers;
      expect([status, ranged]).toEqual([200, plain]);
    }
  });

  test('RFC 9110 section 14.3: Accept-Ranges is told by 200 and 206', async () => {
    for (const headers of [{}, { range: 'bytes=0-9' }])
      expect((await ask(`/${NAME}`, headers)).headers['accept-ranges']).toBe('bytes');
  });
});
