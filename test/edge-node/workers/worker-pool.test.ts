/** The pool with real worker processes; time is virtual here, and not in them. */
import cluster from 'node:cluster';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { FromWorker } from '../../../edge-node/workers/messages.ts';
import { WorkerPool } from '../../../edge-node/workers/worker-pool.ts';
import type { PublishedImage } from '../../../shared/api-types/catalog.ts';
import { HttpMetrics } from '../../../shared/node/http/http-metrics.ts';
import { compile } from '../../support/compiled.ts';
import { edgeFlags } from '../support/edge-process.ts';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).reverse()) await close();
});

async function startPool(): Promise<WorkerPool> {
  const data = await mkdtemp(join(tmpdir(), 'shoal-pool-'));
  const program = await compile('edge-node/main.ts');
  closers.push(() => rm(data, { recursive: true, force: true }), program.remove);
  const args = [...edgeFlags('http://127.0.0.1:9', data), '--workers', '2'];
  cluster.setupPrimary({ exec: program.path, args, execArgv: [], silent: true });
  const pool = await WorkerPool.start({
    workers: 2,
    port: 0,
    mainPort: 9,
    metrics: new HttpMetrics('edge'),
    log: { warn: () => undefined },
    image: () => undefined,
    isCurrent: () => true,
    used: () => undefined,
  });
  closers.push(() => pool.close(1_000));
  return pool;
}

test('the limit on the start of a worker ends none that has started', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const pool = await startPool();
  vi.advanceTimersByTime(3_600_000);
  // Resolves when each has answered or is no more: no limit on it comes, for time stands still.
  await pool.told();
  expect(pool.figures).toEqual({ alive: 2, restarts: 0 });
});

test('PU2: a purge reaches a worker that takes the place of another and listens already', async () => {
  const pool = await startPool();
  const done: number[] = [];
  const listens = new Promise<void>((resolve) => {
    // Heard before the pool hears it.
    cluster.on('message', (worker, message: FromWorker) => {
      if (message.type !== 'listening') return;
      pool.drop({ id: 'a'.repeat(24), renditions: [] } as unknown as PublishedImage);
      worker.on('message', (answer: FromWorker) => answer.type === 'done' && done.push(answer.number));
      setImmediate(resolve);
    });
  });
  closers.push(async () => cluster.removeAllListeners('message'));
  Object.values(cluster.workers ?? {})[0]?.process.kill('SIGKILL');
  await listens;
  // The channel keeps the order: what is asked later is answered later.
  await pool.told();
  expect(done.length).toBe(2);
});
