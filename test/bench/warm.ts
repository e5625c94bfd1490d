/**
 * The edge's warm path: a real edge process beside a bare node:http server that sends as many bytes, and beside nginx,
 * in one run. An origin publishes a photo, edges take it from the swarm, and the renditions nearest 60 KiB and 300 KiB
 * are asked for over kept connections. Rounds alternate, medians count. nginx is also the ceiling of the load process:
 * what that cannot ask for, nobody can give. At last one edge has ten thousand connections.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Rendition } from '../../shared/api-types/catalog.ts';
import { InternalError } from '../../shared/errors.ts';
import { START_MS } from '../../shared/node/process/compile-later.ts';
import { eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import type { LoadOrder, LoadResult } from './http-load.ts';
import { median } from './median.ts';
import { forkSibling, type Peer, startBare, startNginx } from './warm-peers.ts';

export interface WarmSide {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

export interface WarmResult {
  readonly name: string;
  readonly bodyBytes: number;
  readonly bare: WarmSide;
  readonly edge: WarmSide;
  /** With two workers. */
  readonly workers: WarmSide;
  /** Undefined: not installed. */
  readonly nginx: WarmSide | undefined;
}

/** Ten thousand connections to one process, all of them asking. */
export interface ManyConnections {
  /** Open at the end, and answered. */
  readonly held: number;
  /** The most that the edge's process ever took. */
  readonly memoryBytes: number;
  readonly load: WarmSide;
}

export interface WarmBench {
  readonly results: readonly WarmResult[];
  readonly many: ManyConnections;
}

const SIZES_BYTES = [60 * 1024, 300 * 1024];
const PHOTO = 'server/demo/photos/stream.jpg';
/** Rounds that count, after some to warm up: V8 compiles what is busy in the first seconds of an edge's load. */
const ROUNDS = 5;
const WARM_UP_ROUNDS = 4;
const ROUND_SECONDS = 1;
const CONNECTIONS = 32;
export const MANY_CONNECTIONS = 10_000;
/** Each is answered more than once in it. */
const MANY_SECONDS = 10;

/** @throws InternalError when a request fails: then nothing was measured */
export async function runWarmBench(): Promise<WarmBench> {
  const fleet = new Fleet();
  const load = forkSibling('http-load', []);
  try {
    await fleet.startOrigin();
    const edges = [
      await fleet.startEdge({ name: 'one' }),
      await fleet.startEdge({ name: 'two', flags: ['--workers', '2'] }),
    ] as const;
    const product = await fleet.createProduct('bench');
    const image = await fleet.upload(product, new Uint8Array(await readFile(path.join(PROJECT, PHOTO))));
    for (const edge of edges)
      await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
    // Warm is an edge that has been up for a while: before, it puts off making machine code.
    await setTimeout(START_MS);
    const results: WarmResult[] = [];
    for (const size of SIZES_BYTES) results.push(await compare(load, edges, nearest(image.renditions, size)));
    const many = await holdMany(load, edges[0], nearest(image.renditions, SIZES_BYTES[0] as number));
    return { results, many };
  } finally {
    load.kill();
    await fleet.close();
  }
}

function nearest(renditions: readonly Rendition[], bytes: number): Rendition {
  const distance = (rendition: Rendition) => Math.abs(Math.log(rendition.bytes / bytes));
  return [...renditions].sort((a, b) => distance(a) - distance(b))[0] as Rendition;
}

async function compare(
  load: ChildProcess,
  [one, two]: readonly [RunningNode, RunningNode],
  { name, bytes: bodyBytes, url }: Rendition,
): Promise<WarmResult> {
  for (const node of [one, two])
    await eventually('it lies in memory', async () => {
      const answer = await fetch(node.url + url);
      await answer.arrayBuffer();
      return answer.headers.get('cache-status')?.endsWith('hit; detail=memory') === true;
    });
  const bare = await startBare(bodyBytes);
  const nginx = await startNginx(bodyBytes);
  const asked = (peer: Pick<Peer, 'port' | 'path'>) => ({ ...peer, results: [] as LoadResult[] });
  const sides = {
    bare: asked(bare),
    edge: asked({ port: portOf(one), path: url }),
    workers: asked({ port: portOf(two), path: url }),
    ...(nginx === undefined ? {} : { nginx: asked(nginx) }),
  };
  try {
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const order = Object.values(sides);
      // The one that goes first changes, so that none always meets the cooler machine.
      for (const side of round % 2 === 0 ? order : order.reverse()) {
        const { port, path: target } = side;
        const what = {
          port,
          path: target,
          bodyBytes,
          connections: CONNECTIONS,
          durationSeconds: ROUND_SECONDS,
        };
        const result = await measure(load, what);
        if (round >= WARM_UP_ROUNDS) side.results.push(result);
      }
    }
  } finally {
    await bare.close();
    await nginx?.close();
  }
  const { bare: b, edge: e, workers: w, nginx: n } = sides;
  const all = { bare: middle(b.results), edge: middle(e.results), workers: middle(w.results) };
  return { name, bodyBytes, ...all, nginx: n && middle(n.results) };
}

async function holdMany(
  load: ChildProcess,
  edge: RunningNode,
  { url, bytes: bodyBytes }: Rendition,
): Promise<ManyConnections> {
  const what = { path: url, bodyBytes, connections: MANY_CONNECTIONS, durationSeconds: MANY_SECONDS };
  const result = await measure(load, { port: portOf(edge), ...what });
  const status = await readFile(`/proc/${edge.process.pid}/status`, 'latin1');
  const memoryBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  return { held: result.held, memoryBytes, load: result };
}

const portOf = (node: RunningNode): number => Number(new URL(node.url).port);

const middle = (results: readonly LoadResult[]): WarmSide => ({
  requestsPerSecond: median(results.map(({ requestsPerSecond }) => requestsPerSecond)),
  p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
});

async function measure(load: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  load.send(order);
  const [result] = (await once(load, 'message')) as [LoadResult];
  if (result.failures > 0)
    throw new InternalError(`${result.failures} requests failed at port ${order.port} ${order.path}`);
  return result;
}
