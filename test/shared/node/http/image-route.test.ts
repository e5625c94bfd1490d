import { describe, expect, test } from 'vitest';
import { MAX_PAD_BYTES } from '../../../../shared/http/route.ts';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';
import { IMAGE_ID, imageBytes, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const MODES = ['hot', 'memory', 'disk', 'swarm', 'late-open'] as const;
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

describe.each(MODES)('named renditions, bytes %s', (mode) => {
  test('GET answers the very bytes with the fields that a browser and a cache need', async () => {
    const { ask, source } = await serveImages();
    source.mode = mode;
    const { status, headers, body } = await ask('/640.avif');
    expect(status).toBe(200);
    expect(body.equals(source.bytes.get('640.avif')!)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'image/avif',
      'content-length': String(body.length),
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${source.rendition('640.avif').root}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'timing-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(headers.vary).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('HEAD has the fields of GET and no body', async () => {
    const { ask, source } = await serveImages();
    source.mode = mode;
    const get = await ask('/640.avif');
    const head = await ask('/640.avif', {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body.length).toBe(0);
    const { date: _get, ...ofGet } = get.headers;
    const { date: _head, ...ofHead } = head.headers;
    expect(ofHead).toEqual(ofGet);
  });
});

test('Cache-Status (RFC 9211) and Server-Timing tell where the bytes came from', async () => {
  const { ask, source } = await serveImages();
  const told = async (mode: (typeof MODES)[number]) => {
    source.mode = mode;
    const { headers } = await ask('/640.avif');
    return [headers['cache-status'], headers['server-timing']];
  };
  expect(await told('hot')).toEqual(['edge-1; hit; detail=memory', 'source;desc=memory']);
  expect(await told('disk')).toEqual(['edge-1; hit; detail=disk', 'source;desc=disk']);
  expect(await told('swarm')).toEqual(['edge-1; fwd=miss; detail=swarm', 'source;desc=swarm']);
});

describe('negotiated', () => {
  test('vary: chosen by Accept, said so in Vary also when JPEG was chosen, with the name in Content-Location', async () => {
    const { ask, source } = await serveImages();
    for (const [accept, name] of [
      [CHROME, '640.avif'],
      ['image/webp,*/*', '640.webp'],
      ['*/*', '640.jpg'],
      ['text/html', '640.jpg'],
    ] as const) {
      const { status, headers, body } = await ask('?w=600', { accept });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        vary: 'Accept',
        'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
        'content-location': `/images/${IMAGE_ID}/${name}`,
        etag: `"${source.rendition(name).root}"`,
        'content-type': source.rendition(name).type,
      });
      expect(body.equals(source.bytes.get(name)!)).toBe(true);
    }
  });

  test('vary: a 304 has Vary too, and another variant’s tag does not match', async () => {
    const { ask, source } = await serveImages();
    const avif = `"${source.rendition('640.avif').root}"`;
    const same = await ask('', { accept: CHROME, 'if-none-match': avif });
    expect([same.status, same.headers.vary]).toEqual([304, 'Accept']);
    expect((await ask('', { accept: '*/*', 'if-none-match': avif })).status).toBe(200);
  });
});

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

test('OPTIONS lets pages of other sites ask for ranges', async () => {
  const { ask } = await serveImages();
  const { status, headers, body } = await ask('/640.avif', {}, 'OPTIONS');
  expect(status).toBe(204);
  expect(body.length).toBe(0);
  expect(headers.allow).toBe('GET, HEAD, OPTIONS');
  expect(headers['access-control-allow-headers']).toContain('Range');
});

describe('pads (BEP 47) for stock web-seed clients', () => {
  test.each([1, 16_383, 65_536, 65_537, MAX_PAD_BYTES])('%i zero bytes', async (length) => {
    const { ask } = await serveImages();
    const { status, headers, body } = await ask(`/.pad/${length}`);
    expect([status, headers['content-type'], body.length]).toEqual([200, 'application/octet-stream', length]);
    expect(body.every((byte) => byte === 0)).toBe(true);
  });
  test('with ranges; none for an unknown image, none of 16 MiB', async () => {
    const { ask } = await serveImages();
    const part = await ask('/.pad/100000', { range: 'bytes=99990-' });
    expect([part.status, part.headers['content-range'], part.body.length]).toEqual([
      206,
      'bytes 99990-99999/100000',
      10,
    ]);
    expect((await ask(`/images/${'f'.repeat(24)}/.pad/5`)).status).toBe(404);
    expect((await ask(`/.pad/${MAX_PAD_BYTES + 1}`)).status).toBe(404);
  });
});

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

test('a purged image is gone at once, and one that was replaced has its new bytes', async () => {
  const { ask, source } = await serveImages();
  const before = await ask('/640.avif');
  const other = memorySource({ 640: 30_000 });
  const changed = {
    ...other.published,
    renditions: other.published.renditions.map((r) => ({ ...r, root: 'c'.repeat(64) as typeof r.root })),
  };
  source.image = () => changed;
  source.open = () => ({
    source: 'memory',
    whole: imageBytes(9, changed.renditions[0]!.bytes),
    read: () => {
      throw new Error('unused');
    },
  });
  const after = await ask('/640.avif');
  expect(after.headers.etag).toBe(`"${'c'.repeat(64)}"`);
  expect(after.body.length).not.toBe(before.body.length);
  source.image = () => undefined;
  expect((await ask('/640.avif')).status).toBe(404);
});
