import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { OriginFetch, type OriginFetchLimits } from '../../edge-node/origin-fetch.ts';

const LIMIT = 1_000;
const never = new AbortController().signal;

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function against(listener: RequestListener, limits: Partial<OriginFetchLimits> = {}, basePath = '') {
  const server = createServer(listener);
  onTestFinished(() => server.closeAllConnections());
  return fetcher(await listen(server), limits, basePath);
}

/** A server of raw bytes, for answers that node:http would not send. */
async function againstRaw(answer: (socket: Socket) => void, limits: Partial<OriginFetchLimits> = {}) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return fetcher(await listen(server), limits);
}

function fetcher(port: number, limits: Partial<OriginFetchLimits>, basePath = ''): OriginFetch {
  const fetch = new OriginFetch(new URL(`http://127.0.0.1:${port}${basePath}`), limits);
  onTestFinished(() => fetch.close());
  return fetch;
}

test('a body within the limit comes as it was sent, over one kept connection', async () => {
  const connections = new Set<unknown>();
  const fetch = await against((request, response) => {
    connections.add(request.socket);
    response.end(request.url);
  });
  expect(Buffer.from(await fetch.get('/torrents/a', LIMIT, never)).toString()).toBe('/torrents/a');
  expect(Buffer.from(await fetch.get('/torrents/b', LIMIT, never)).toString()).toBe('/torrents/b');
  expect(connections.size).toBe(1);
});

test('a path of the configured origin is kept in front', async () => {
  const fetch = await against((request, response) => void response.end(request.url), {}, '/shop/');
  expect(Buffer.from(await fetch.get('/x', LIMIT, never)).toString()).toBe('/shop/x');
});

test('a body of exactly the limit is taken, one byte more is not', async () => {
  const fetch = await against((request, response) => {
    const bytes = Buffer.alloc(Number(request.url?.slice(1)));
    response.write(bytes.subarray(0, 10));
    response.end(bytes.subarray(10));
  });
  expect((await fetch.get(`/${LIMIT}`, LIMIT, never)).length).toBe(LIMIT);
  await expect(fetch.get(`/${LIMIT + 1}`, LIMIT, never)).rejects.toMatchObject({ code: 'origin_too_large' });
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`threat row 25: a redirect (${status}) is refused and nothing is dialled where it points`, async () => {
    let dialled = 0;
    const inside = createServer((_request, response) => void response.end('secret'));
    inside.on('connection', () => dialled++);
    const insidePort = await listen(inside);
    const fetch = await against((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${insidePort}/latest/meta-data/` }).end();
    });
    await expect(fetch.get('/torrents/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_redirect' });
    // The origin answers once more: whatever the redirect had set off would have been dialled before that.
    await expect(fetch.get('/torrents/b', LIMIT, never)).rejects.toMatchObject({ code: 'origin_redirect' });
    expect(dialled).toBe(0);
  });
}

test('threat row 26: a gzip bomb is refused without being decoded', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const fetch = await against((request, response) => {
    expect(request.headers['accept-encoding']).toBe('identity');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_encoded' });
});

test('threat row 26: an endless body is cut at the limit', async () => {
  let sent = 0;
  const fetch = await against((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(500))) sent += 500;
    };
    response.on('drain', more);
    more();
  });
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_too_large' });
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('threat row 26: a declared length above the limit is refused before the body is read', async () => {
  const fetch = await againstRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n');
  });
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_too_large' });
});

const wrongAnswers: Record<string, string> = {
  'a body shorter than its length': 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc',
  'a chunk cut short': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab',
  'a chunk size that is no number': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab',
  'a huge chunk size': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nab',
  'a length and chunks at once':
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
  'a negative length': 'HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabc',
  'no HTTP at all': '\u0013BitTorrent protocol',
  'no status': '\r\n\r\n',
  'headers without end': `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(50_000)}`,
};
for (const [name, answer] of Object.entries(wrongAnswers)) {
  test(`threat row 26: ${name} is an error with a code`, async () => {
    const fetch = await againstRaw((socket) => socket.end(answer));
    await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({
      name: 'PeerError',
      code: expect.stringMatching(/^origin_(unreachable|cut_short)$/),
    });
  });
}

test('bytes after the declared length do not become part of the body, nor of the next answer', async () => {
  const fetch = await againstRaw((socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcdef'),
  );
  const first = await fetch.get('/a', LIMIT, never).then(
    (body) => Buffer.from(body).toString(),
    (error) => error.code,
  );
  expect(first).toMatch(/^(abc|origin_cut_short|origin_unreachable)$/);
});

test.each([404, 500, 503, 204, 206])('status %i is an error with a code', async (status) => {
  const fetch = await against((_request, response) => void response.writeHead(status).end());
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_status' });
});

test('an origin that says nothing is given up after the idle time', async () => {
  const fetch = await againstRaw(() => {}, { idleTimeoutMs: 50 });
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_timeout' });
});

test('threat row 15: an origin that drips is given up after the total time', async () => {
  const fetch = await againstRaw(
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    },
    { idleTimeoutMs: 5_000, totalTimeoutMs: 200 },
  );
  await expect(fetch.get('/a', LIMIT, never)).rejects.toMatchObject({ code: 'origin_timeout' });
});

test('an origin that is away is an error with a code', async () => {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  await expect(fetcher(port, {}).get('/a', LIMIT, never)).rejects.toMatchObject({
    code: 'origin_unreachable',
  });
});

test('the caller can end the wait, and gets its own reason', async () => {
  const controller = new AbortController();
  const fetch = await against(() => controller.abort(new Error('reader left')));
  await expect(fetch.get('/a', LIMIT, controller.signal)).rejects.toThrow('reader left');
});
