/** Negotiated addresses (RFC 9110 section 12, design section 3), the same at the origin and at an edge. */
import { describe, expect, test } from 'vitest';
import { forRandomInputs, jumble, pick } from '../shared/http/random-inputs.ts';
import { SPOKEN, startRoles } from './http-roles.ts';

const roles = startRoles(SPOKEN);
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

describe.each(SPOKEN)('%s', (role) => {
  const ask = (path: string, headers = {}, method = 'GET') => roles.ask(role, path, headers, method);
  const chosen = async (query: string, headers = {}) => {
    const { status, headers: fields } = await ask(query, headers);
    return [status, fields['content-location']?.split('/').at(-1)];
  };

  test.each([
    ['12.4.2: the greatest weight', 'image/avif;q=0.5, image/webp', '640.webp'],
    ['12.4.2: q=0 refuses', 'image/avif;q=0, image/webp;q=0.001', '640.webp'],
    ['12.4.2: q=0 for all there is', 'image/*;q=0', '640.jpg'],
    ['12.5.1: the most specific range counts', 'image/*;q=0.1, image/avif, */*', '640.avif'],
    ['12.5.1: a wildcard means JPEG, for every browser sends one', 'image/*', '640.jpg'],
    ['12.5.1: any', '*/*', '640.jpg'],
    ['12.5.1: none of ours is still an answer', 'text/html', '640.jpg'],
    ['12.4.2: a weight beyond 1 says nothing', 'image/avif;q=7, image/webp', '640.webp'],
    ['8.3.1: the type in capitals', 'IMAGE/AVIF', '640.avif'],
    ['12.5.1: a browser', CHROME, '640.avif'],
  ])('RFC 9110 section %s: %s', async (_rule, accept, name) => {
    expect(await chosen('', { accept })).toEqual([200, name]);
  });

  test.each([
    ['w snaps to the next larger rung', '?w=161', '320.jpg'],
    ['width and format', '?width=10&format=webp', '160.webp'],
    ['f', '?w=10&f=avif', '160.avif'],
    ['h by the aspect ratio', '?h=192', '320.jpg'],
    ['dpr', '?w=160&dpr=2', '320.jpg'],
    ['fit=cover of a box', '?w=160&h=300&fit=cover', '640.jpg'],
    ['mode', '?w=160&h=300&mode=crop', '640.jpg'],
    ['preset', '?preset=thumbnail', '160.jpg'],
    ['auto=format before fm', '?w=320&auto=format&fm=jpg', '320.avif', CHROME],
    ['q changes nothing', '?w=320&q=3&quality=99', '320.jpg'],
    ['beyond the ladder, the largest', '?w=9000', '640.jpg'],
    ['absurd: the default', '?w=-3&h=x&dpr=0', '640.jpg'],
    ['unknown words', '?utm_source=x&w=320&__proto__=1', '320.jpg'],
  ])('query-args: %s', async (_title, query, name, accept = '*/*') => {
    expect(await chosen(query, { accept })).toEqual([200, name]);
  });

  test('Save-Data: on is one rung less, and the smallest stays', async () => {
    expect(await chosen('?w=640', { 'save-data': 'on' })).toEqual([200, '320.jpg']);
    expect(await chosen('?w=160', { 'save-data': 'on' })).toEqual([200, '160.jpg']);
  });

  test('RFC 8942: client hints fill in a size that the address lacks', async () => {
    expect(await chosen('', { 'sec-ch-width': '200' })).toEqual([200, '320.jpg']);
    expect(await chosen('', { width: '100' })).toEqual([200, '160.jpg']);
    expect(await chosen('', { 'sec-ch-viewport-width': '150', 'sec-ch-dpr': '2' })).toEqual([200, '320.jpg']);
    expect(await chosen('?w=160', { width: '640', dpr: '3' })).toEqual([200, '160.jpg']);
    expect((await ask('')).headers['accept-ch']).toBe('Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR');
  });

  test('vary-parse: Vary is one line of names, never a star, and the same whatever was sent (vary-omit)', async () => {
    const seen = new Set<string | undefined>();
    for (const headers of [{}, { accept: CHROME }, { 'save-data': 'on' }, { dpr: '2' }, { accept: '' }])
      seen.add((await ask('', headers)).headers.vary);
    expect(seen.size).toBe(1);
    expect([...seen][0]).toMatch(/^[A-Za-z-]+(, [A-Za-z-]+)*$/);
  });

  test('VARY_ETAG_DOESNT_CHANGE: each variant has a tag of its own, and no other’s is taken for it', async () => {
    const [avif, jpeg] = await Promise.all([ask('', { accept: 'image/avif' }), ask('', { accept: '*/*' })]);
    expect(avif.headers.etag).not.toBe(jpeg.headers.etag);
    const crossed = await ask('', { accept: '*/*', 'if-none-match': avif.headers.etag });
    expect(crossed.status).toBe(200);
    const both = { 'if-none-match': `${avif.headers.etag}, ${jpeg.headers.etag}` };
    expect((await ask('', { ...both, accept: '*/*' })).headers.etag).toBe(jpeg.headers.etag);
  });

  test('threat row 44: any Accept field has one of three answers', async () => {
    const pieces = ['image/avif', 'image/webp', 'image/*', '*/*', ';q=', '0', '1', ',', ' ', 'x/y'];
    const accepts: string[] = [];
    forRandomInputs(100, (random) => {
      accepts.push(jumble(random, pieces, 8).replace(/[^\x20-\x7e]/g, ''));
    });
    const seen = new Set<string | undefined>();
    for (const accept of accepts) seen.add((await ask('?w=160', { accept })).headers.etag);
    const ofRung = roles.image.renditions.filter(({ width }) => width === 160);
    expect(ofRung.length).toBe(3);
    for (const tag of seen) expect(ofRung.map(({ root }) => `"${root}"`)).toContain(tag);
  });
});

describe('the same request has the same answer at the origin and at an edge', () => {
  const FIELDS: Readonly<Record<string, readonly string[]>> = {
    accept: [CHROME, 'image/webp', '*/*', 'image/avif;q=0', ''],
    range: ['bytes=0-9', 'bytes=-5', 'bytes=0-1,5-9', 'bytes=99999999-', 'x', 'bytes=5-4'],
    'if-none-match': ['*', '"x"', 'W/"x"', ''],
    'if-match': ['*', '"x"'],
    'if-range': ['"x"', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    'want-repr-digest': ['sha-256=1'],
    'save-data': ['on', 'off'],
    width: ['100', '300', 'x'],
    dpr: ['2', '9'],
    'cache-control': ['no-cache', 'only-if-cached'],
    'x-forwarded-host': ['evil.example'],
    origin: ['https://shop.example'],
    cookie: ['a=b'],
  };
  const PATHS = [
    '',
    '?w=1',
    '?w=300&fm=webp',
    '?x=1',
    '/160.jpg',
    '/640.avif',
    '/nothing',
    '/.pad/9',
    '/a/b',
  ];
  const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'PURGE'];
  /** What is a node's own: when, who, and from where. */
  const OWN = ['date', 'x-request-id', 'cache-status', 'server-timing'];

  test('threat row 38: random requests, odd fields among them', async () => {
    const asked: { method: string; path: string; headers: Record<string, string> }[] = [];
    forRandomInputs(200, (random) => {
      const headers: Record<string, string> = {};
      for (let i = random.integer(5); i > 0; i--) {
        const name = pick(random, Object.keys(FIELDS));
        headers[name] = pick(random, FIELDS[name]!);
      }
      asked.push({ method: pick(random, METHODS), path: pick(random, PATHS), headers });
    });
    for (const { method, path, headers } of asked) {
      const [origin, edge] = await Promise.all(
        SPOKEN.map(async (role) => {
          const answer = await roles.ask(role, path, headers, method);
          const isKept = answer.headers['cache-control'] !== 'no-store';
          if (isKept) expect(answer.headers['x-request-id'], `${method} ${path}`).toBeUndefined();
          const fields = Object.entries(answer.headers).filter(([name]) => !OWN.includes(name));
          return { status: answer.status, fields, content: answer.body.toString('latin1') };
        }),
      );
      expect(edge, `${method} ${path} ${JSON.stringify(headers)}`).toEqual(origin);
    }
  });
});
