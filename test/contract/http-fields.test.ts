/** Fields of image answers, the same at the origin and at an edge. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/http-client.ts';
import { SPOKEN, startRoles } from './http-roles.ts';

const roles = startRoles(SPOKEN);
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

/** What two answers to the same request must share: all but the time, and a refusal's own id. */
function fieldsOf({ headers }: Answer): object {
  const { date, 'x-request-id': requestId, ...shared } = headers;
  expect([typeof date, requestId !== undefined]).toEqual(['string', headers['cache-control'] === 'no-store']);
  return shared;
}

describe.each(SPOKEN)('%s', (role) => {
  const ask = (path: string, headers = {}, method = 'GET') => roles.ask(role, path, headers, method);

  test('RFC 9110 section 8.8.3: the strong ETag of a file is its root', async () => {
    for (const { name, root } of roles.image.renditions)
      expect((await ask(`/${name}`)).headers.etag).toBe(`"${root}"`);
  });

  test('RFC 9110 section 9.3.2: HEAD has the fields of GET, and no content', async () => {
    for (const path of ['/640.jpg', '', '?w=100', '/nothing.jpg', '/.pad/100']) {
      // Twice: where the bytes came from is told too, and they are in memory then.
      await ask(path);
      const get = await ask(path);
      const head = await ask(path, {}, 'HEAD');
      expect([path, head.status, head.body.length]).toEqual([path, get.status, 0]);
      expect(fieldsOf(head)).toEqual(fieldsOf(get));
      expect(get.headers['content-length']).toBe(String(get.body.length));
    }
  });

  test('RFC 8246: a named file is immutable for a year; cc-freshness', async () => {
    const { headers } = await ask('/640.jpg');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect([headers.vary, headers.expires, headers.pragma, headers.age]).toEqual(Array(4).fill(undefined));
  });

  test('RFC 5861 section 3: a negotiated answer may go out stale while a cache asks again', async () => {
    const { headers } = await ask('?w=640');
    expect(headers['cache-control']).toBe('public, max-age=3600, stale-while-revalidate=86400');
  });

  test('RFC 9110 section 12.5.5: Vary names Accept on negotiated addresses only, whatever was chosen', async () => {
    for (const accept of [CHROME, 'image/webp', '*/*', 'text/html', '']) {
      expect((await ask('', { accept })).headers.vary).toMatch(/^Accept, Save-Data, Sec-CH-Width, /);
      expect((await ask('?w=320', { accept })).headers.vary).toBe('Accept, Save-Data');
      expect((await ask('/640.webp', { accept })).headers.vary).toBeUndefined();
    }
  });

  test('RFC 9110 section 8.7: Content-Location names the file that was chosen', async () => {
    const { headers, body } = await ask('?w=300', { accept: CHROME });
    expect(headers['content-location']).toBe(`${roles.path}/320.avif`);
    expect((await ask('/320.avif')).body.equals(body)).toBe(true);
  });

  test('RFC 9211: Cache-Status says hit and where the bytes lay, and so does Server-Timing', async () => {
    await ask('/320.jpg');
    const { headers } = await ask('/320.jpg');
    expect(headers['cache-status']).toMatch(/^[a-z-]+; hit; detail=memory$/);
    expect(headers['server-timing']).toBe('source;desc=memory');
    expect((await ask('/320.jpg', { 'if-none-match': '*' })).headers['cache-status']).toMatch(
      /^[a-z-]+; hit$/,
    );
  });

  test('Fetch: pages of other sites may show images, read them and all their fields, and time them', async () => {
    for (const [path, headers] of [
      ['/640.jpg', {}],
      ['', {}],
      ['/640.jpg', { range: 'bytes=0-9' }],
      ['/640.jpg', { 'if-none-match': '*' }],
      ['/640.jpg', { range: 'bytes=99999999-' }],
      ['/nothing.jpg', {}],
    ] as const)
      expect((await ask(path, headers)).headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
        'timing-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
    const { headers } = await ask('/640.jpg', { origin: 'https://shop.example' });
    // With credentials a wildcard would be void, and with an echo of Origin caches would have to vary.
    expect([headers['access-control-allow-credentials'], headers.vary]).toEqual([undefined, undefined]);
  });

  test('Fetch: a preflight is answered, for a day', async () => {
    const { status, headers, body } = await ask(
      '/640.jpg',
      { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
      'OPTIONS',
    );
    expect([status, body.length, headers.allow]).toEqual([204, 0, 'GET, HEAD, OPTIONS']);
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, OPTIONS');
    expect(headers['access-control-max-age']).toBe('86400');
    for (const name of ['Range', 'If-Range', 'If-Match', 'If-None-Match', 'Want-Repr-Digest'])
      expect(headers['access-control-allow-headers']?.split(', ')).toContain(name);
  });

  test('threat row 34: X-Content-Type-Options is on every answer with content', async () => {
    for (const path of ['/640.jpg', '', '/nothing.jpg', '/.pad/5'])
      expect((await ask(path)).headers['x-content-type-options']).toBe('nosniff');
  });

  test('RFC 9530: Repr-Digest of every file is its SHA-256, for those who want it', async () => {
    for (const { name } of roles.image.renditions) {
      const { body } = await ask(`/${name}`);
      const { headers } = await ask(`/${name}`, { 'want-repr-digest': 'sha-256=1' }, 'HEAD');
      const digest = createHash('sha256').update(body).digest('base64');
      expect([name, headers['repr-digest']]).toEqual([name, `sha-256=:${digest}:`]);
    }
  });

  test('RFC 9110 section 6.6.1: every answer has a Date; none has a Set-Cookie (other-set-cookie)', async () => {
    for (const headers of [{}, { 'if-none-match': '*' }, { range: 'bytes=0-1' }, { cookie: 'a=b' }]) {
      const answer = await ask('/640.jpg', headers);
      expect(Date.parse(answer.headers.date ?? '')).not.toBeNaN();
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test('threat row 45: PURGE, BAN and DELETE are refused, with Allow, and take nothing away', async () => {
    for (const method of ['PURGE', 'DELETE', 'PUT', 'PATCH', 'POST']) {
      const { status, headers } = await ask('/640.jpg', {}, method);
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD, OPTIONS']);
      expect(headers['cache-control']).toBe('no-store');
    }
    expect((await ask('/640.jpg')).status).toBe(200);
  });

  test('threat row 39: an error is problem+json that no cache may keep', async () => {
    for (const [path, headers, status] of [
      ['/nothing.jpg', {}, 404],
      ['/a/b', {}, 404],
      ['/640.jpg', { 'if-match': '"x"' }, 412],
      ['/640.jpg', { range: 'bytes=99999999-' }, 416],
    ] as const) {
      const answer = await ask(path, headers);
      expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, status, 'no-store']);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(answer.body.toString())).toMatchObject({ status });
      expect([answer.headers.etag, answer.headers['repr-digest']]).toEqual([undefined, undefined]);
    }
  });
});
