import { expect, test } from 'vitest';
import { createLogger } from '../../../../shared/node/process/logger.ts';
import { type PlainLines, plainLines } from '../../../../shared/node/process/plain-lines.ts';
import { makeCertificate } from '../../../support/certificates.ts';
import { askHttp2 } from '../../../support/http2-client.ts';
import { IMAGE_ID } from './memory-source.ts';
import { serveImages } from './serve.ts';

/** An access log that keeps what it is told. */
function kept() {
  const lines: Record<string, unknown>[] = [];
  const accessLog: PlainLines = (record, fields) => void lines.push(JSON.parse(`{${fields(record)}}`));
  return { lines, accessLog };
}

test('--access-log: one line for each request, when its answer has ended', async () => {
  const [plain, secure] = [kept(), kept()];
  const { ask } = await serveImages(undefined, { accessLog: plain.accessLog });
  await ask('/640.avif', { 'x-request-id': 'abc-1' });
  const { headers } = await ask('/nothing?token=hidden');
  const requestId = headers['x-request-id'];
  const tls = { tls: makeCertificate(), http2: true, accessLog: secure.accessLog };
  const { server } = await serveImages(undefined, tls);
  await askHttp2(server.port, `/images/${IMAGE_ID}/640.avif`, { 'x-request-id': 'abc-2' });
  await expect.poll(() => plain.lines.length + secure.lines.length).toBe(3);
  expect(plain.lines).toEqual([
    {
      requestId: 'abc-1',
      method: 'GET',
      path: `/images/${IMAGE_ID}/640.avif`,
      status: 200,
      elapsedMs: expect.any(Number),
      address: '127.0.0.1',
      http: '1.1',
      msg: 'request',
    },
    expect.objectContaining({ path: `/images/${IMAGE_ID}/nothing`, status: 404, requestId }),
  ]);
  expect(secure.lines).toMatchObject([{ requestId: 'abc-2', status: 200, http: '2.0' }]);
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
  const { raw } = await serveImages(undefined, { accessLog: plainLines(log) });
  await raw(`GET /images/a%0a"},{"level":"x" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await raw(`GET /images/\u2028"}\t HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect((JSON.parse(line) as { level: string }).level).toBe('info');
  }
});
