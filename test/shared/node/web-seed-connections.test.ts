import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { WebSeedClient } from '../../../shared/node/web-seed-client.ts';
import { serveHttp } from '../../support/hostile-http.ts';
import { waitFor } from '../../support/wait-for.ts';

const rangeOf = (origin: string) => ({
  url: new URL('/images/x/640.avif', origin),
  startBytes: 2,
  endBytes: 6,
  fileBytes: 10,
});
const good = { 'content-range': 'bytes 2-5/10', 'content-length': '4' };
const never = new AbortController().signal;

it('WS2: kept connections take turns', async () => {
  const client = new WebSeedClient();
  const turns: unknown[] = [];
  const open: ServerResponse[] = [];
  const { origin } = await serveHttp((request, response) => {
    turns.push(request.socket);
    open.push(response);
  });
  const answer = () => open.shift()?.writeHead(206, good).end('2345');
  const fetchOne = () => client.fetch(rangeOf(origin), never, () => undefined);
  const both = [fetchOne(), fetchOne()];
  await waitFor(() => expect(open.length).toBe(2));
  answer();
  answer();
  await Promise.all(both);
  for (let turn = 0; turn < 4; turn++) {
    const one = fetchOne();
    await waitFor(() => expect(open.length).toBe(1));
    answer();
    await one;
  }
  expect(new Set(turns).size).toBe(2);
  expect([turns[2] === turns[3], turns[2] === turns[4], turns[3] === turns[5]]).toEqual([false, true, true]);
  client.close();
});

it('says that the seed has begun before its first byte', async () => {
  const client = new WebSeedClient();
  const open: ServerResponse[] = [];
  const { origin } = await serveHttp((_request, response) => {
    response.writeHead(206, good).flushHeaders();
    open.push(response);
  });
  const taken: number[] = [];
  const fetching = client.fetch(rangeOf(origin), never, (bytes) => taken.push(bytes.length));
  await waitFor(() => expect(taken).toEqual([0]));
  open[0]?.end('2345');
  await fetching;
  expect(taken.slice(1).reduce((sum, bytes) => sum + bytes, 0)).toBe(4);
  client.close();
});
