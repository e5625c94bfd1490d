/** An edge with two workers: processes that serve shoppers with one cache and one swarm node between them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { type Compiled, compile } from '../support/compiled.ts';
import { dialPort, readToEnd } from '../support/http-client.ts';
import { askHttp2 } from '../support/http2-client.ts';
import { isAlive } from '../support/processes.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import {
  acknowledged,
  ask,
  askAll,
  CONNECTIONS,
  pathOf,
  warm,
  withWorkers,
} from './support/edge-with-workers.ts';
import { type ImageSet, makeImageSet } from './support/image-set.ts';
import { eventually } from './support/test-edge.ts';

let program: Compiled;
const withTwo = (sets: readonly ImageSet[], ...flags: string[]) => withWorkers(program, 2, sets, ...flags);
beforeAll(async () => {
  program = await compile('edge-node/main.ts');
});
afterAll(() => program.remove());

test('PU2: after the acknowledgement no worker has a byte, a 304 or a connection of the image', async () => {
  const [gone, stays] = [await makeImageSet(1), await makeImageSet(2)];
  const { origin, port } = await withTwo([gone, stays]);
  await warm(port, gone);
  await warm(port, stays);
  const slow: Socket[] = [];
  for (let i = 0; i < CONNECTIONS; i++) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${pathOf(gone)} HTTP/1.1\r\nHost: edge\r\n\r\n`.repeat(64));
    await once(socket, 'readable');
    socket.on('error', () => undefined);
    slow.push(socket);
  }
  origin.purge(gone);
  await acknowledged(origin, 4);
  for (const { status } of await askAll(port, pathOf(gone))) expect(status).toBe(404);
  for (const { status } of await askAll(port, `/images/${gone.image.id}?w=600`)) expect(status).toBe(404);
  for (const socket of slow) {
    if (!socket.destroyed) await once(socket.resume(), 'close');
    expect(socket.bytesRead).toBeLessThan(64 * 100_000);
  }
  for (const { status } of await askAll(port, pathOf(stays))) expect(status).toBe(200);
});

test('PU2: a worker that hangs is ended, so that a purge is acknowledged', async () => {
  const set = await makeImageSet(1);
  const { origin, port, workers } = await withTwo([set]);
  await warm(port, set);
  const [hanging] = workers() as [number];
  process.kill(hanging, 'SIGSTOP');
  origin.purge(set);
  await acknowledged(origin, 3);
  expect(isAlive(hanging)).toBe(false);
  await eventually(() => expect(workers().length).toBe(2));
  for (const { status } of await askAll(port, pathOf(set))) expect(status).toBe(404);
});

test('a worker that is killed under load breaks only its own connections, and another takes its place', async () => {
  const set = await makeImageSet(1);
  const { port, workers, url } = await withTwo([set]);
  await warm(port, set);
  const whole = set.files.get('640.jpg') as Buffer;
  let broken = 0;
  let right = 0;
  let running = true;
  const shopper = async () => {
    while (running) {
      const { status, body } = await ask(port, pathOf(set)).catch(() => ({ status: 0, body: whole }));
      // A connection that was cut, which every client sees by the length, is no wrong answer.
      if (status === 200 && body.equals(whole)) right++;
      else if (whole.subarray(0, body.length).equals(body) || status === 0) broken++;
      else throw new Error(`wrong bytes with ${status}`);
    }
  };
  const shoppers = Array.from({ length: 4 }, shopper);
  const [victim, other] = workers() as [number, number];
  await eventually(() => expect(right).toBeGreaterThan(50));
  process.kill(victim, 'SIGKILL');
  const before = right;
  await eventually(() => expect(right).toBeGreaterThan(before + 50));
  await eventually(() => expect(workers().filter((pid) => pid !== other).length).toBe(1));
  await eventually(async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('shoal_edge_worker_restarts_total 1');
    expect(text).toContain('shoal_edge_workers 2');
  });
  running = false;
  await Promise.all(shoppers);
  expect(workers()).toContain(other);
  expect(broken).toBeLessThanOrEqual(4);
});

test('workers speak HTTP/2 over TLS, for what they have and for what they pass on', async () => {
  const set = await makeImageSet(1);
  const { certFile, keyFile } = makeCertificate('localhost', tempDirectory());
  const tls = ['--tls-cert', certFile, '--tls-key', keyFile, '--public-url', 'https://localhost'];
  const { port } = await withTwo([set], ...tls);
  const whole = set.files.get('640.jpg') as Buffer;
  for (let i = 0; i < CONNECTIONS; i++) {
    const { status, body } = await askHttp2(port, pathOf(set));
    expect({ status, isRight: body.equals(whole) }).toEqual({ status: 200, isRight: true });
  }
  expect((await askHttp2(port, '/images/nothing')).status).toBe(404);
  expect((await askHttp2(port, pathOf(set), {}, 'HEAD')).status).toBe(200);
});

test('counters are summed over workers', async () => {
  const set = await makeImageSet(1);
  const { port, url } = await withTwo([set]);
  for (let i = 0; i < 5; i++) await askAll(port, pathOf(set));
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain(
    `shoal_http_requests_total{role="edge",route="named",status="200"} ${5 * CONNECTIONS}`,
  );
});

test('hot files take no more memory with workers than they may: the budget is shared', async () => {
  const set = await makeImageSet(1);
  // One file may take an eighth of a share of a third: less than that of 100 kB has, and more than that of 9 kB.
  const { port } = await withTwo([set], '--memory-bytes', `${2 ** 20}`);
  const source = async (name: string) => {
    await askAll(port, pathOf(set, name));
    const { headers } = await fetch(`http://127.0.0.1:${port}${pathOf(set, name)}`);
    return headers.get('cache-status');
  };
  expect(await source('640.jpg')).toBe('edge; hit; detail=disk');
  expect(await source('160.jpg')).toBe('edge; hit; detail=memory');
});

test.each([1, 2])(
  'SIGTERM lets a running answer of a worker end, of %d, and exits 0 within 5 s',
  async (count) => {
    const set = await makeImageSet(1);
    const { port, child, ended, workers } = await withWorkers(program, count, [set]);
    await warm(port, set);
    const pids = workers();
    const socket = await dialPort(port);
    socket.pause();
    socket.write(`GET ${pathOf(set)} HTTP/1.1\r\nHost: edge\r\n\r\n`);
    await once(socket, 'readable');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.kill('SIGTERM');
    expect((await readToEnd(socket)).length).toBeGreaterThan(100_000);
    const { code, signal } = await ended;
    clearTimeout(timer);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
  },
);

test('workers end with an edge that is killed', async () => {
  const { child, workers } = await withTwo([await makeImageSet(1)]);
  const pids = workers();
  expect(pids.length).toBe(2);
  child.kill('SIGKILL');
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
});
