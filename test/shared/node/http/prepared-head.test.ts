import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { giveHead } from '../../../../shared/node/http/prepared-head.ts';
import { rawExchange } from '../../../support/http-client.ts';

const HEADERS = ['ETag', '"e"', 'Content-Type', 'image/avif', 'Content-Length', '4'];

/** What a server says whose answers begin so, to these requests on one connection. */
async function said(begin: (res: ServerResponse) => void, requests: string, keepAliveTimeout = 5_000) {
  let left = requests.split('\r\n\r\n').length - 1;
  const server = createServer({ keepAliveTimeout }, (req, res) => {
    // What says "close" by its count of requests leaves the closing to the client.
    left -= 1;
    if (left === 0) res.once('finish', () => req.socket.end());
    begin(res);
    res.end(req.method === 'HEAD' ? undefined : 'body');
  });
  server.maxRequestsPerSocket = 2;
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const text = await rawExchange((server.address() as AddressInfo).port, requests);
  return text.replace(/^Date: .*$/gm, 'Date: now');
}

const prepared = (res: ServerResponse) => {
  if (!giveHead(res, HEADERS)) res.writeHead(200, HEADERS);
};
const plain = (res: ServerResponse) => void res.writeHead(200, HEADERS);

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test.each([
  ['two, the second of which is the last of its connection', GET + GET],
  ['one that wants the connection closed', LAST],
  ['HEAD', `HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${LAST}`],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['HTTP/1.0 with keep-alive', `GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${LAST}`],
  ['100-continue', `GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n${LAST}`],
])('a prepared head is what writeHead writes: %s', async (_what, requests) => {
  for (const keepAliveMs of [5_000, 0]) {
    const text = await said(prepared, requests, keepAliveMs);
    expect(text).toBe(await said(plain, requests, keepAliveMs));
    expect(text).toContain('HTTP/1.1 200 OK\r\nETag: "e"\r\n');
  }
});

test('a field that may not be sent is refused, as writeHead does', async () => {
  const refused: unknown[] = [];
  const begin = (res: ServerResponse) => {
    for (const headers of [
      ['A', 'b\r\nC: d'],
      ['A b', 'c'],
    ])
      try {
        giveHead(res, headers);
      } catch (error) {
        refused.push((error as NodeJS.ErrnoException).code);
      }
    plain(res);
  };
  await said(begin, GET + LAST);
  expect(refused).toEqual(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN']);
});
