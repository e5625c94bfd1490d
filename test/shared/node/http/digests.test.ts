import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FileRoot } from '../../../../shared/units.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const WANTS = { 'want-repr-digest': 'sha-256=5', 'want-content-digest': 'sha-256=5' };
const sha256 = (bytes: Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

const served = async () => {
  const it = await serveImages();
  const digest = sha256(it.source.bytes.get('640.jpg')!);
  const digests = async (headers = {}, method = 'GET', path = '/640.jpg') => {
    const answer = await it.ask(path, { ...WANTS, ...headers }, method);
    return [answer.status, answer.headers['repr-digest'], answer.headers['content-digest']];
  };
  return { ...it, digest, digests };
};

describe('Repr-Digest and Content-Digest (RFC 9530) say what is known and true', () => {
  test('200: both are of the whole file (sections 2 and 3)', async () => {
    const { digests, digest } = await served();
    expect(await digests()).toEqual([200, digest, digest]);
    expect(await digests()).toEqual([200, digest, digest]);
  });

  test('206: Repr-Digest is of the whole file, and the part has none', async () => {
    const { digests, digest } = await served();
    expect(await digests({ range: 'bytes=0-9' })).toEqual([206, digest, undefined]);
    expect(await digests({ range: 'bytes=0-9,20-29' })).toEqual([206, digest, undefined]);
  });

  test('HEAD: Repr-Digest as of GET; there is no content to have one', async () => {
    const { digests, digest } = await served();
    expect(await digests({}, 'HEAD')).toEqual([200, digest, undefined]);
  });

  test.each([
    ['304', { 'if-none-match': '*' }, 304],
    ['412', { 'if-match': '"x"' }, 412],
    ['416', { range: 'bytes=99999999-' }, 416],
  ])('%s carries no representation, and no digest', async (_title, headers, status) => {
    const { digests } = await served();
    expect(await digests(headers)).toEqual([status, undefined, undefined]);
  });

  test('nobody is told who did not ask, or asks for another algorithm', async () => {
    const { ask } = await served();
    for (const headers of [{}, { 'want-repr-digest': 'sha-512=10' }, { 'want-repr-digest': 'sha-256=0' }]) {
      const answer = await ask('/640.jpg', headers);
      expect(answer.headers['repr-digest']).toBeUndefined();
      expect(answer.headers['content-digest']).toBeUndefined();
    }
  });

  test('a file that still arrives has none; once it was hashed it is known however it comes', async () => {
    const { digests, source, digest } = await served();
    source.mode = 'swarm';
    expect(await digests()).toEqual([200, undefined, undefined]);
    source.mode = 'hot';
    expect(await digests()).toEqual([200, digest, digest]);
    source.mode = 'swarm';
    expect(await digests()).toEqual([200, digest, digest]);
  });

  test('a file is hashed once, under whatever address it is asked for', async () => {
    const { digests, source, digest } = await served();
    await digests();
    // Other bytes of the same length: only a second hash could tell.
    source.bytes.get('640.jpg')!.fill(0);
    expect(await digests({}, 'GET', '?w=640')).toEqual([200, digest, digest]);
  });

  test('BEP 52: the root of a file of one block is its SHA-256, so that it need not even be read', async () => {
    const source = memorySource({ 640: 16_384 });
    const { ask } = await serveImages(source);
    source.mode = 'swarm';
    const { headers } = await ask('/640.jpg', WANTS);
    expect(headers['repr-digest']).toBe(sha256(source.bytes.get('640.jpg')!));
  });

  test('the root of a larger file is not taken for its SHA-256', async () => {
    const source = memorySource({ 640: 16_385 });
    Object.assign(source.rendition('640.jpg'), { root: 'ab'.repeat(32) as FileRoot });
    const { ask } = await serveImages(source);
    const { headers } = await ask('/640.jpg', WANTS);
    expect(headers['repr-digest']).toBe(sha256(source.bytes.get('640.jpg')!));
  });
});
