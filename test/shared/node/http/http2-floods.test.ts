/** Frames made by hand: what costs a client nothing must not cost a node much. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeCertificate } from '../../../support/certificates.ts';
import {
  askSession,
  FLAG,
  FRAME,
  fieldBlock,
  frame,
  openRaw,
  openSession,
  type RawSession,
} from '../../../support/http2-client.ts';
import { IMAGE_ID } from './memory-source.ts';
import { serveImages } from './serve.ts';

const PATH = `/images/${IMAGE_ID}/320.avif`;
const REQUEST = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', PATH],
  [':authority', 'a'],
] as const;
/** Below what nghttp2 allows by itself (1,000 resets), so that the limits of a session are ours. */
const FLOOD_FRAMES = 900;

const REAL_TIME = { timeout: 10_000, interval: 5 };

const serve = () => serveImages(undefined, { tls: makeCertificate(), http2: true });

/** Stream numbers that a client may use, one after the other. */
function* streams(): Generator<number> {
  for (let number = 1; ; number += 2) yield number;
}

/** Sends what `make` gives until the server ends the connection, or `limit` was sent. */
async function flood(raw: RawSession, limit: number, make: (stream: number) => Uint8Array): Promise<number> {
  const numbers = streams();
  let sent = 0;
  while (sent < limit && !raw.socket.destroyed) {
    const burst = Array.from({ length: 20 }, () => make(numbers.next().value as number));
    sent += burst.length;
    await new Promise<void>((resolve) => raw.socket.write(Buffer.concat(burst), () => resolve()));
    // The server has a turn, else the kernel takes it all before anybody looks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

async function stillServes(port: number): Promise<void> {
  const session = openSession(port);
  onTestFinished(() => session.destroy());
  expect((await askSession(session, PATH)).status).toBe(200);
}

const headers = (stream: number, fields: readonly (readonly [string, string])[] = REQUEST) =>
  frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, fieldBlock(fields));
const code = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const reset = (stream: number) => frame(FRAME.reset, 0, stream, code(8));

test('threat row 48: who opens no window is cut off with its answer, whatever else it says', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { server, logged } = await serve();
  const raw = await openRaw(server.port);
  // 150 kB, of which the first window lets 65,535 through.
  const large = REQUEST.map(([name, value]) => [name, value.replace('320', '1280')] as const);
  raw.socket.write(headers(1, large));
  await expect.poll(() => raw.received.get(FRAME.data) ?? 0, REAL_TIME).toBeGreaterThan(3);
  for (let looks = 0; looks < 60 && logged.length === 0; looks++) {
    vi.advanceTimersByTime(5_000);
    const pings = raw.received.get(FRAME.ping) ?? 0;
    raw.socket.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
    await vi.waitUntil(() => raw.socket.destroyed || (raw.received.get(FRAME.ping) ?? 0) > pings, REAL_TIME);
  }
  expect(logged).toMatchObject([{ message: 'reader too slow' }]);
  await raw.ended;
});

test.each([
  ['rapid reset (CVE-2023-44487)', (n: number) => Buffer.concat([headers(n), reset(n)])],
  [
    'streams that the server has to reset (CVE-2025-8671)',
    (n: number) => Buffer.concat([headers(n), frame(FRAME.windowUpdate, 0, n, code(0))]),
  ],
  ['PING (CVE-2019-9512)', () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
  ['SETTINGS (CVE-2019-9515)', () => frame(FRAME.settings, 0, 0)],
  [
    'empty DATA (CVE-2019-9518)',
    (n: number) =>
      n === 1 ? frame(FRAME.headers, FLAG.endHeaders, 1, fieldBlock(REQUEST)) : frame(FRAME.data, 0, 1),
  ],
  [
    'malformed requests',
    (n: number) =>
      headers(n, [
        [':method', 'GET'],
        ['Upper', 'x'],
      ]),
  ],
])('threat row 48: a flood of %s ends its session, and no other', async (_what, make) => {
  const { server } = await serve();
  const raw = await openRaw(server.port);
  await flood(raw, FLOOD_FRAMES, make);
  await raw.ended;
  await stillServes(server.port);
});

test('threat row 48: who resets a page’s images now and then stays', async () => {
  const { server } = await serve();
  const raw = await openRaw(server.port);
  await flood(raw, 300, (n) => Buffer.concat([headers(n), reset(n)]));
  raw.socket.write(headers(10_001));
  await expect.poll(() => raw.received.get(FRAME.data) ?? 0).toBeGreaterThan(0);
  expect(raw.socket.destroyed).toBe(false);
});

test('threat row 48: CONTINUATION without end (CVE-2024-27983, CVE-2024-28182) ends the session', async () => {
  const { server } = await serve();
  const raw = await openRaw(server.port);
  raw.socket.write(frame(FRAME.headers, FLAG.endStream, 1, fieldBlock(REQUEST)));
  const sent = await flood(raw, 20_000, () =>
    frame(FRAME.continuation, 0, 1, fieldBlock([['x-a', 'b'.repeat(100)]])),
  );
  await raw.ended;
  expect(sent).toBeLessThan(20_000);
  await stillServes(server.port);
});

test.each([
  ['no :path', REQUEST.filter(([name]) => name !== ':path')],
  ['two of :path', [...REQUEST, [':path', '/x']]],
  ['a pseudo-header after a field', [['a', 'b'], ...REQUEST]],
  ['one that nobody knows', [...REQUEST, [':unknown', 'x']]],
  ['a response’s', [...REQUEST, [':status', '200']]],
  ['a field of the connection', [...REQUEST, ['connection', 'close']]],
  ['Transfer-Encoding', [...REQUEST, ['transfer-encoding', 'chunked']]],
  ['a name in capitals', [...REQUEST, ['Accept', 'x']]],
] as [string, [string, string][]][])(
  'threat row 48: RFC 9113 section 8.1.1: a malformed request (%s) is a reset stream',
  async (_what, fields) => {
    const { server, metrics } = await serve();
    const raw = await openRaw(server.port);
    raw.socket.write(headers(1, fields));
    await expect.poll(() => raw.received.get(FRAME.reset) ?? 0).toBe(1);
    expect(raw.received.has(FRAME.headers)).toBe(false);
    expect(metrics.answers.named.every((count) => count === 0)).toBe(true);
  },
);

test('threat row 48: RFC 9113 section 8.3.1: Host that differs from :authority, or none at all, is 400', async () => {
  const { server } = await serve();
  const session = openSession(server.port);
  onTestFinished(() => session.destroy());
  const status = async (fields: Record<string, string>) => (await askSession(session, PATH, fields)).status;
  expect(await status({ ':authority': 'a', host: 'b' })).toBe(400);
  await expect(status({ ':authority': 'a/b' })).rejects.toThrow('PROTOCOL_ERROR');
  expect(await status({ ':authority': 'a', host: 'a' })).toBe(200);
});

test('threat row 48: streams beyond the limit are refused, fields beyond it too', async () => {
  const { server } = await serve();
  const raw = await openRaw(server.port);
  // Without END_STREAM they stay open.
  const open = (n: number) => frame(FRAME.headers, FLAG.endHeaders, n, fieldBlock(REQUEST));
  await flood(raw, 400, open);
  await raw.ended;
  const session = openSession(server.port);
  onTestFinished(() => session.destroy());
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, '1']));
  await expect(askSession(session, PATH, many)).rejects.toThrow('ENHANCE_YOUR_CALM');
});
