import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { photoRestMs } from '../../../shared/http/photo-rest.ts';
import { seededRandom } from '../../../shared/random.ts';
import { percentileOf, sortedNumbers } from '../../support/percentile.ts';
import type { PlannedRequest } from '../traffic/plan.ts';
import { type DriveOptions, drive, type Wish } from './drive.ts';
import { sourcesInTurn } from './sources-in-turn.ts';

const BODY = Buffer.from('picture');
const WISH: Wish = {
  path: '/image',
  type: 'image/avif',
  bytes: BODY.length,
  digest: createHash('sha256').update(BODY).digest('hex'),
};

async function serving(answer: (response: ServerResponse, number: number) => void): Promise<string> {
  let number = 0;
  const server: Server = createServer((_, response) => answer(response, number++));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const request = (dueMs: number, visitor: number): PlannedRequest => ({
  number: 0,
  dueMs,
  visitor,
  edge: 0,
  image: 0,
  rendition: 0,
});

const run = (bases: readonly string[], plan: readonly PlannedRequest[], more: Partial<DriveOptions> = {}) =>
  drive({
    plan,
    wishOf: () => WISH,
    basesOf: () => bases,
    shopperIp: undefined,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onOutcome: () => undefined,
    ...more,
  });

test('the p99 of a server whose delays are known comes out within 5 %', async () => {
  const random = seededRandom(4);
  // Large beside what a busy machine adds, and the slowest are much slower: the p99 is one of them.
  const delays = Array.from({ length: 400 }, (_, at) =>
    at % 40 === 0 ? 4_000 + random.integer(500) : 300 + random.integer(200),
  );
  const held: number[] = [];
  const base = await serving((response, number) => {
    const askedMs = performance.now();
    setTimeout(() => {
      // What the timer made of it on this machine, and so the truth.
      held.push(performance.now() - askedMs);
      response.end(BODY);
    }, delays[number]);
  });
  const { outcomes } = await run(
    [base],
    delays.map((_, at) => request(at * 10, at)),
  );
  const measured = sortedNumbers(outcomes.map(({ totalMs }) => totalMs));
  const truth = sortedNumbers(held);
  expect(outcomes.every(({ isGood }) => isGood)).toBe(true);
  const ratio = percentileOf(measured, 0.99) / percentileOf(truth, 0.99);
  expect(ratio).toBeLessThan(1.05);
  expect(ratio).toBeGreaterThan(0.95);
});

test('an open loop: a server that stands still for a second is seen by all who came meanwhile', async () => {
  let isStanding = true;
  const waiting: ServerResponse[] = [];
  setTimeout(() => {
    isStanding = false;
    for (const response of waiting) response.end(BODY);
  }, 1_000);
  const base = await serving((response) => {
    if (isStanding) waiting.push(response);
    else response.end(BODY);
  });
  const { outcomes } = await run(
    [base],
    Array.from({ length: 100 }, (_, at) => request(at * 5, at)),
  );
  // Asked one after the other, one request would have waited and 99 would have been fast.
  expect(outcomes.filter(({ totalMs }) => totalMs > 400).length).toBe(100);
});

test('a browser has six connections to a host: what waits for one of them counts from when it was due', async () => {
  const open: ServerResponse[] = [];
  let most = 0;
  const base = await serving((response) => {
    open.push(response);
    most = Math.max(most, open.length);
    setTimeout(() => {
      open.splice(open.indexOf(response), 1);
      response.end(BODY);
    }, 200);
  });
  const { outcomes } = await run(
    [base],
    Array.from({ length: 18 }, () => request(0, 1)),
  );
  expect(most).toBe(6);
  const sorted = sortedNumbers(outcomes.map(({ totalMs }) => totalMs));
  expect(sorted[11]).toBeGreaterThan(390);
  expect(sorted[17]).toBeGreaterThan(590);
});

describe('what went wrong is told', () => {
  test('a body that is not what was published', async () => {
    const base = await serving((response) => response.end(Buffer.from('pictuRe')));
    expect((await run([base], [request(0, 1)])).outcomes[0]).toMatchObject({ isGood: false, isWrong: true });
  });

  test('a status, a connection that breaks off, and a time that is over', async () => {
    const answers = [
      (response: ServerResponse) => void response.writeHead(503).end(),
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => response.destroy(), 50);
      },
      () => undefined,
    ];
    const failures = await Promise.all(
      answers.map(async (answer) => {
        const base = await serving(answer);
        return (await run([base], [request(0, 1)], { timeoutMs: 1_000 })).outcomes[0]?.failure;
      }),
    );
    expect(failures).toEqual(['status 503', 'cut short', 'too late']);
  });

  test('connections reset at one edge after the other: all others are asked, and the origin at last', async () => {
    const reset = () => serving((response) => response.socket?.resetAndDestroy());
    const edges = await Promise.all([reset(), reset(), reset(), reset()]);
    const origin = await serving((response) => response.end(BODY));
    const bases = sourcesInTurn(edges, 2, origin);
    expect(bases).toEqual([edges[2], edges[3], edges[0], edges[1], origin]);
    const { outcomes } = await run(bases, [request(0, 1)]);
    expect(outcomes[0]).toMatchObject({ isGood: true, failovers: 4 });
  });

  test('an image that failed everywhere rests and begins anew, and all of that time counts', async () => {
    const base = await serving((response, number) =>
      number === 0 ? void response.writeHead(503).end() : void response.end(BODY),
    );
    const { outcomes } = await run([base], [request(0, 1)]);
    expect(outcomes[0]).toMatchObject({ isGood: true, failovers: 1 });
    expect(outcomes[0]?.totalMs).toBeGreaterThan(photoRestMs(0) - 5);
  });

  test('an edge that is away: the next one is asked, and the time goes on', async () => {
    const good = await serving((response) => response.end(BODY));
    const { outcomes } = await run(['http://127.0.0.1:1', good], [request(0, 1)]);
    expect(outcomes[0]).toMatchObject({ isGood: true, failovers: 1 });
  });
});

test('ended early: what was answered is told, what is under way is not', async () => {
  const abort = new AbortController();
  const base = await serving((response, number) => {
    if (number === 0) response.end(BODY);
  });
  const { outcomes } = await run([base], [request(0, 1), request(50, 2), request(60_000, 3)], {
    signal: abort.signal,
    onOutcome: () => setTimeout(() => abort.abort(), 200),
  });
  expect(outcomes.length).toBe(1);
});
