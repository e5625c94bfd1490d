import { expect, test } from 'vitest';
import { createLogger } from '../../../../shared/node/process/logger.ts';
import { makeCertificate } from '../../../support/certificates.ts';
import { askHttp2 } from '../../../support/http2-client.ts';
import { IMAGE_ID } from './memory-source.ts';
import { serveImages } from './serve.ts';

const requests = (logged: readonly { fields: object; message: string }[]) =>
  logged
    .filter(({ message }) => message === 'request')
    .map(({ fields }) => fields as Record<string, unknown>);

test('--access-log: one line for each request, when its answer has ended', async () => {
  const { ask, logged } = await serveImages(undefined, { accessLog: true });
  await ask('/640.avif', { 'x-request-id': 'abc-1' });
  await ask('/nothing?token=hidden');
  const tls = { tls: makeCertificate(), http2: true, accessLog: true };
  const secure = await serveImages(undefined, tls);
  await askHttp2(secure.server.port, `/images/${IMAGE_ID}/640.avif`, { 'x-request-id': 'abc-2' });
  await expect.poll(() => [...requests(logged), ...requests(secure.logged)].length).toBe(3);
  expect(requests(logged)).toMatchObject([
    { requestId: 'abc-1', method: 'GET', path: `/images/${IMAGE_ID}/640.avif`, status: 200, http: '1.1' },
    { path: `/images/${IMAGE_ID}/nothing`, status: 404, address: '127.0.0.1' },
  ]);
  expect(requests(secure.logged)).toMatchObject([{ requestId: 'abc-2', status: 200, http: '2.0' }]);
});

test('without it there is none, but for errors, which have the id that the client got', async () => {
  const { ask, logged, source } = await serveImages();
  await ask('/640.avif');
  expect(logged).toEqual([]);
  Object.assign(source, { mode: 'swarm', fault: 'unavailable' });
  const { status, headers } = await ask('/640.avif?sig=hidden');
  expect(status).toBe(503);
  expect(logged).toMatchObject([
    { fields: { requestId: headers['x-request-id'], status: 503, code: 'image_unavailable' } },
  ]);
  expect(JSON.stringify(logged)).not.toContain('hidden');
});

test('an id is taken over if it is well formed and short, and stands in errors only (threat row 38)', async () => {
  const { ask } = await serveImages();
  const idOf = async (given: string) =>
    (await ask('/nothing', { 'x-request-id': given })).headers['x-request-id'];
  expect(await idOf('0af7651916cd43dd8448eb211c80319c')).toBe('0af7651916cd43dd8448eb211c80319c');
  for (const bad of ['a'.repeat(65), 'a b', '<script>', '-a', 'a,b', 'ä', ''])
    expect(await idOf(bad)).toMatch(/^[0-9a-f]{16}$/);
  expect(await idOf('')).not.toBe(await idOf(''));
  expect((await ask('/640.avif', { 'x-request-id': 'a' })).headers['x-request-id']).toBeUndefined();
});

test('no address can begin a line of its own', async () => {
  const lines: string[] = [];
  const log = createLogger({ role: 'edge', name: 'a', stream: { write: (line) => void lines.push(line) } });
  const { raw } = await serveImages(undefined, { accessLog: true, log });
  await raw(`GET /images/a%0a"},{"level":"x" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await raw(`GET /images/\u2028"}\t HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect((JSON.parse(line) as { level: string }).level).toBe('info');
  }
});
