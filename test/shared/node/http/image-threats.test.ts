/** What others can send to the image route, and what it does not let them change. */
import { describe, expect, test } from 'vitest';
import { ImageResources } from '../../../../shared/node/http/image-resources.ts';
import { forRandomInputs, jumble, pick } from '../../http/random-inputs.ts';
import { IMAGE_ID, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

test('threat row 38: 200 odd header fields change nothing', async () => {
  const { ask, source } = await serveImages();
  const { date: _date, ...plain } = (await ask('/640.avif')).headers;
  const names = [
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'Forwarded',
    'Via',
    'Cookie',
    'Authorization',
    'Pragma',
    'Cache-Control',
    'Accept-Encoding',
    'Accept-Language',
    'Origin',
    'Referer',
    'User-Agent',
    'If-Modified-Since',
    'If-Unmodified-Since',
    'Max-Forwards',
    'DPR',
  ];
  const values = [
    'evil.example',
    'no-cache',
    'gzip, br',
    'Sat, 29 Oct 1994 19:43:31 GMT',
    '"><script>',
    '\xff\xfe',
    '0',
    '',
    'DELETE',
    'x'.repeat(1000),
  ];
  for (const name of names)
    for (const value of values) {
      const { status, headers, body } = await ask('/640.avif', { host: 'evil.example', [name]: value });
      const { date: _now, ...rest } = headers;
      expect([name, value, status, rest]).toEqual([name, value, 200, plain]);
      expect(body.equals(source.bytes.get('640.avif')!)).toBe(true);
    }
});

describe('threat row 39: errors are problems that no cache may keep', () => {
  test.each([
    ['GET', `/images/${'f'.repeat(24)}/640.avif`, {}, 404, 'image_unknown'],
    ['GET', `/images/${'f'.repeat(24)}`, {}, 404, 'image_unknown'],
    ['GET', '/641.avif', {}, 404, 'rendition_unknown'],
    ['HEAD', '/641.avif', {}, 404, undefined],
    ['GET', '/x/y', {}, 404, 'image_unknown'],
    ['GET', '/640.avif', { range: 'bytes=99999999-' }, 416, 'range_unsatisfiable'],
    ['GET', '/640.avif', { 'if-match': '"x"' }, 412, 'precondition_failed'],
    ['POST', '/640.avif', {}, 405, 'method_not_allowed'],
  ])('%s %s %o: %i %s', async (method, path, headers, status, code) => {
    const { ask } = await serveImages();
    const answer = await ask(path, headers, method);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
    });
    if (code === undefined) expect(answer.body.length).toBe(0);
    else expect(JSON.parse(answer.body.toString())).toMatchObject({ type: 'about:blank', status, code });
  });
});

test('threat row 45: there is no purge verb; other methods are 405 with Allow', async () => {
  const { ask } = await serveImages();
  for (const method of ['PURGE', 'DELETE', 'PUT', 'PATCH', 'POST', 'TRACE', 'PROPFIND', 'UNSUBSCRIBE']) {
    const answer = await ask('/640.avif', {}, method);
    expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD, OPTIONS']);
  }
  expect((await ask('/640.avif')).status).toBe(200);
});

test('threat row 40: a million random queries add no entry to what the route keeps', () => {
  const { published } = memorySource({ 160: 100, 320: 100, 640: 100, 1280: 100, 2048: 100 });
  const resources = new ImageResources(published, 'edge-1');
  const words = ['w=1', 'w=300', 'w=600', 'w=1000', 'w=2000', '&w=', '&h=', '&fm=', 'webp', '&x=', '&', '7'];
  const accepts = ['image/avif', 'image/webp', '*/*', '', 'text/html'];
  const hints = ['', '100', '300', '1000', '1e9'];
  const seen = new Set<object>();
  forRandomInputs(1_000_000, (random) => {
    let query = '';
    for (let i = random.integer(6); i > 0; i--) query += pick(random, words);
    const headers = {
      accept: pick(random, accepts),
      dpr: `${random.integer(7)}`,
      width: pick(random, hints),
    };
    seen.add(resources.negotiated(query, headers)!.resource);
  });
  // Three types of five widths, with a size in the address or without.
  expect(seen.size).toBe(30);
}, 120_000);

test('threat row 40: random paths give an image’s own bytes or a 404, never anything else', async () => {
  const { raw, source } = await serveImages(memorySource({ 320: 200 }));
  const pieces = ['/', IMAGE_ID, '320.avif', '..', ';', '%2f', '%2e', '%252f', '?', '&', '.pad', '/7', '%00'];
  const targets: string[] = [];
  forRandomInputs(300, (random) => {
    const noise = jumble(random, pieces, 5).replace(/[^\x21-\x7e]/g, '%');
    targets.push(`/images/${random.integer(3) > 0 ? `${IMAGE_ID}/` : ''}${noise}`);
  });
  const answers = await raw(
    targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join('') +
      `GET /images/${IMAGE_ID}/320.avif HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
  expect(statuses.length).toBe(targets.length + 1);
  expect([...new Set(statuses)].sort()).toEqual(['200', '404']);
  expect(answers.endsWith(Buffer.from(source.bytes.get('320.avif')!).toString('latin1'))).toBe(true);
});
