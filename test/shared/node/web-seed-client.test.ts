import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DownLimit } from '../../../shared/node/transport/down-limit.ts';
import { WebSeedClient } from '../../../shared/node/web-seed-client.ts';
import { serveHttp } from '../../support/hostile-http.ts';
import { waitFor } from '../../support/wait-for.ts';

const FILE = Buffer.from('0123456789');
const rangeOf = (origin: string, startBytes = 2, endBytes = 6) => ({
  url: new URL('/images/x/640.avif', origin),
  startBytes,
  endBytes,
  fileBytes: FILE.length,
});
const good = { 'content-range': 'bytes 2-5/10', 'content-length': '4' };
const never = new AbortController().signal;

async function fetchFrom(answer: (response: ServerResponse) => void, endBytes = 6, startBytes = 2) {
  const client = new WebSeedClient({ idleTimeoutMs: 200 });
  const { origin, requests } = await serveHttp((_request, response) => answer(response));
  const taken: Uint8Array[] = [];
  try {
    await client.fetch(rangeOf(origin, startBytes, endBytes), never, (bytes) => taken.push(bytes));
  } finally {
    client.close();
  }
  return { text: Buffer.concat(taken).toString(), headers: requests[0]?.headers };
}

describe('the web-seed client', () => {
  it('asks for the range, without encodings, and hands its bytes on', async () => {
    const { text, headers } = await fetchFrom((response) => response.writeHead(206, good).end('2345'));
    expect(text).toBe('2345');
    expect(headers).toMatchObject({ range: 'bytes=2-5', 'accept-encoding': 'identity' });
  });

  it('takes a 200 for the whole file, but not for a part of it', async () => {
    const whole = (response: ServerResponse) => response.writeHead(200, { 'content-length': '10' }).end(FILE);
    expect((await fetchFrom(whole, 10, 0)).text).toBe('0123456789');
    await expect(fetchFrom(whole)).rejects.toMatchObject({ code: 'web_seed_status' });
  });

  const refused: readonly [string, string, (response: ServerResponse) => void][] = [
    ['a redirect', 'web_seed_status', (r) => r.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['an error', 'web_seed_status', (r) => r.writeHead(404).end('2345')],
    [
      'another range',
      'web_seed_range',
      (r) => r.writeHead(206, { ...good, 'content-range': 'bytes 0-3/10' }).end('0123'),
    ],
    [
      'another file length',
      'web_seed_range',
      (r) => r.writeHead(206, { ...good, 'content-range': 'bytes 2-5/11' }).end('2345'),
    ],
    ['no content-range', 'web_seed_range', (r) => r.writeHead(206, { 'content-length': '4' }).end('2345')],
    [
      'another length',
      'web_seed_range',
      (r) => r.writeHead(206, { ...good, 'content-length': '3' }).end('234'),
    ],
    [
      'too many bytes',
      'web_seed_range',
      (r) => r.writeHead(206, { 'content-range': good['content-range'] }).end('2345678'),
    ],
    [
      'too few bytes',
      'web_seed_range',
      (r) => r.writeHead(206, { 'content-range': good['content-range'] }).end('23'),
    ],
    [
      'an encoding',
      'web_seed_encoding',
      (r) => r.writeHead(206, { ...good, 'content-encoding': 'gzip' }).end('2345'),
    ],
    ['silence', 'web_seed_timeout', () => undefined],
    [
      'a connection that breaks',
      'web_seed_unreachable',
      (r) => {
        r.writeHead(206, good);
        r.write('23', () => r.destroy());
      },
    ],
  ];
  it.each(refused)('threat rows 25, 26: %s is %s', async (_what, code, answer) => {
    await expect(fetchFrom(answer)).rejects.toMatchObject({ name: 'PeerError', code });
  });

  it('at most four requests at a time, over kept connections, and all get their turn', async () => {
    const client = new WebSeedClient();
    const open: ServerResponse[] = [];
    const { origin, requests, sockets } = await serveHttp((_request, response) => open.push(response));
    const fetches = Array.from({ length: 10 }, () => client.fetch(rangeOf(origin), never, () => undefined));
    for (let done = 0; done < 10; done++) {
      await waitFor(() => expect(open.length).toBeGreaterThan(0));
      expect(open.length).toBeLessThanOrEqual(4);
      open.shift()?.writeHead(206, good).end('2345');
    }
    await Promise.all(fetches);
    expect([requests.length, sockets.length]).toEqual([10, 4]);
    client.close();
  });

  it('asks again when a kept connection was closed as it was used; not when a new one is', async () => {
    const client = new WebSeedClient();
    let isClosing = false;
    const used = new Set<unknown>();
    const { origin, requests, sockets } = await serveHttp((request, response) => {
      if (isClosing || used.has(request.socket)) request.socket.destroy();
      else response.writeHead(206, good).end('2345');
      used.add(request.socket);
    });
    const fetchOne = () => client.fetch(rangeOf(origin), never, () => undefined);
    await Promise.all([fetchOne(), fetchOne()]);
    expect([requests.length, sockets.length]).toEqual([2, 2]);
    await fetchOne();
    expect(sockets.length).toBe(3);
    isClosing = true;
    await expect(fetchOne()).rejects.toMatchObject({ code: 'web_seed_unreachable' });
    expect(sockets.length).toBe(4);
    client.close();
  });

  it('a fetch that is given up ends at once, under way or in line, and others go on', async () => {
    const client = new WebSeedClient({ maxInFlight: 1 });
    const open: ServerResponse[] = [];
    const { origin } = await serveHttp((_request, response) => open.push(response));
    const [first, second] = [new AbortController(), new AbortController()];
    const fetches = [first.signal, second.signal, never].map((signal) =>
      client.fetch(rangeOf(origin), signal, () => undefined),
    );
    const settled = Promise.allSettled(fetches);
    await waitFor(() => expect(open.length).toBe(1));
    second.abort(new Error('second'));
    first.abort(new Error('first'));
    await waitFor(() => expect(open.length).toBe(2));
    open[1]?.writeHead(206, good).end('2345');
    expect(await settled).toMatchObject([
      { status: 'rejected', reason: new Error('first') },
      { status: 'rejected', reason: new Error('second') },
      { status: 'fulfilled' },
    ]);
    client.close();
  });

  it('takes no more bytes than the limit lets in, and the time it waits is no silence of the seed', async () => {
    const CHUNK_BYTES = 65_536;
    const file = Buffer.alloc(3 * CHUNK_BYTES);
    const { origin } = await serveHttp((_request, response) => response.writeHead(200).end(file));
    const rate = 150_000;
    const startMs = performance.now();
    const elapsedMs = () => performance.now() - startMs;
    const downLimit = new DownLimit(rate, elapsedMs);
    // Others took a second's worth before: the first chunk is followed by a rest longer than the patience.
    downLimit.spend(rate);
    const client = new WebSeedClient({ idleTimeoutMs: 700, downLimit });
    const range = { ...rangeOf(origin, 0, file.length), fileBytes: file.length };
    let taken = 0;
    await client.fetch(range, never, ({ length }) => {
      if (taken > 0) expect(taken).toBeLessThan((elapsedMs() / 1000) * rate);
      taken += length;
    });
    expect(taken).toBe(file.length);
    downLimit.stop();
    client.close();
  });
});
