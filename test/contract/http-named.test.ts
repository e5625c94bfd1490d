/** Behaviours by the names under which cache-tests, redbot and Varnish know them, the same at the origin and at an edge. */
import { describe, expect, test } from 'vitest';
import { SPOKEN, startRoles } from './http-roles.ts';

const roles = startRoles(SPOKEN);

/** Of every answer; the first two are the connection's. */
const ALWAYS = ['connection', 'keep-alive', 'date', 'cache-control', 'access-control-allow-origin'];
const SHOWN = ['access-control-expose-headers', 'cross-origin-resource-policy', 'timing-allow-origin'];
const CONNECTION = ['connection', 'keep-alive'];
const FILE = ['etag', 'cache-status'];
const CONTENT = ['content-type', 'content-length', 'x-content-type-options'];
const PROBLEM = [...CONTENT, 'x-request-id'];
const SENT = [...CONTENT, 'accept-ranges', 'server-timing'];
const CHOSEN = ['vary', 'content-location'];

describe.each(SPOKEN)('%s', (role) => {
  const ask = (path: string, headers = {}, method = 'GET') => roles.ask(role, path, headers, method);

  test.each([
    ['200, named', '/640.jpg', {}, 200, [...FILE, ...SENT]],
    ['206, named', '/640.jpg', { range: 'bytes=0-9' }, 206, [...FILE, ...SENT, 'content-range']],
    ['304, named', '/640.jpg', { 'if-none-match': '*' }, 304, FILE],
    ['200, negotiated', '?w=320', {}, 200, [...FILE, ...SENT, ...CHOSEN]],
    ['200, negotiated without a size', '', {}, 200, [...FILE, ...SENT, ...CHOSEN, 'accept-ch']],
    ['304, negotiated', '?w=320', { 'if-none-match': '*' }, 304, [...FILE, ...CHOSEN]],
    ['404', '/nothing', {}, 404, PROBLEM],
    ['412', '/640.jpg', { 'if-match': '"x"' }, 412, PROBLEM],
    ['416', '/640.jpg', { range: 'bytes=99999999-' }, 416, [...PROBLEM, 'content-range']],
  ] as const)('headers: these fields and no others: %s', async (_title, path, headers, status, names) => {
    // HTTP/2 has no fields of the connection (RFC 9113 section 8.2.2).
    const isHttp2 = role === 'edge over HTTP/2';
    const answer = await ask(path, isHttp2 ? headers : { ...headers, connection: 'keep-alive' });
    expect(answer.status).toBe(status);
    const always = isHttp2 ? ALWAYS.filter((name) => !CONNECTION.includes(name)) : ALWAYS;
    expect(Object.keys(answer.headers).sort()).toEqual([...always, ...SHOWN, ...names].sort());
  });

  test('CHANGED_BODY, ETAG_SUBREQ_CHANGE: a second request has the same answer', async () => {
    for (const path of ['/320.webp', '', '?w=9&h=9']) {
      await ask(path);
      const [first, second] = [await ask(path), await ask(path)];
      expect(second.body.equals(first.body)).toBe(true);
      expect({ ...second.headers, date: '' }).toEqual({ ...first.headers, date: '' });
    }
  });

  test('query-args-same, query-args-different: what an address wishes counts, not how it is written', async () => {
    const etag = async (query: string) => (await ask(query)).headers.etag;
    const wanted = await etag('?w=320');
    for (const query of [
      '?width=320',
      '?w=300',
      '?x=y&w=320',
      '?w=160&dpr=2',
      '?preset=small',
      '?w=%33%32%30',
    ])
      expect([query, await etag(query)]).toEqual([query, wanted]);
    expect(await etag('?w=640')).not.toBe(wanted);
    // A named file has no words.
    expect(await etag('/320.jpg?w=640')).toBe(wanted);
  });

  test('other-age-gen: no answer has an Age, for none is an old one', async () => {
    for (const path of ['/640.jpg', '', '/nothing']) expect((await ask(path)).headers.age).toBeUndefined();
  });

  test('cc-request: what a client demands of caches changes nothing', async () => {
    const { date: _then, ...plain } = (await ask('/640.jpg')).headers;
    for (const field of [
      'no-cache',
      'no-store',
      'max-age=0',
      'only-if-cached',
      'min-fresh=99',
      'max-stale',
    ]) {
      const answer = await ask('/640.jpg', { 'cache-control': field, pragma: 'no-cache' });
      const { date: _now, ...fields } = answer.headers;
      expect([field, answer.status, fields]).toEqual([field, 200, plain]);
    }
  });

  test('RFC 9110 section 8.4: images are never coded, whatever Accept-Encoding says', async () => {
    const plain = await ask('/640.jpg');
    for (const field of ['gzip, br', 'identity;q=0', '*;q=0', 'zstd']) {
      const answer = await ask('/640.jpg', { 'accept-encoding': field });
      expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined]);
      expect(answer.body.equals(plain.body)).toBe(true);
    }
  });

  test('r01506, r02035: ranges put together are the file, whatever their sizes', async () => {
    const { body } = await ask('/640.jpg');
    for (const step of [1_000, 16_384, 16_385, body.length - 1, body.length]) {
      const parts: Buffer[] = [];
      for (let at = 0; at < body.length; at += step)
        parts.push((await ask('/640.jpg', { range: `bytes=${at}-${at + step - 1}` })).body);
      expect(Buffer.concat(parts).equals(body)).toBe(true);
    }
  });
});
