import { describe, expect, test } from 'vitest';
import { MAX_PAD_BYTES } from '../../../../shared/http/route.ts';
import { imageBytes, memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const MODES = ['hot', 'memory', 'disk', 'swarm', 'late-open'] as const;

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
