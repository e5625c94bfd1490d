/**
 * The image route's warm path against a bare node:http server that sends the same bytes, side by side in one run:
 * server, server and load generator are processes of their own, rounds alternate, medians count. Requests per
 * second are what a shop sees; CPU time per request does not change with what else the machine does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { InternalError } from '../../shared/errors.ts';
import type { LoadOrder, LoadResult } from './image-route-load.ts';

export interface ImageRouteBenchOptions {
  /** Default: 60 KiB and 300 KiB, a phone's and a desktop's photo. */
  readonly sizesBytes?: readonly number[];
  /** Rounds that count, after one to warm up. Default 5. */
  readonly rounds?: number;
  /** Default 3. */
  readonly durationSeconds?: number;
  /** Default 32. */
  readonly connections?: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
}

export interface ImageRouteBenchResult {
  readonly sizeBytes: number;
  readonly bare: Measured;
  readonly route: Measured;
  /** Requests per second, route to bare; the goal is 0.9 and the floor 0.7. */
  readonly ratio: number;
  /** CPU time per request, bare to route. */
  readonly cpuRatio: number;
}

type Kind = 'bare' | 'route';

interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly path: string;
  readonly rounds: Measured[];
}

/** @throws InternalError when a request fails: then nothing was measured */
export async function runImageRouteBench(
  options: ImageRouteBenchOptions = {},
): Promise<ImageRouteBenchResult[]> {
  const { sizesBytes = [60 * 1024, 300 * 1024] } = options;
  const results: ImageRouteBenchResult[] = [];
  for (const sizeBytes of sizesBytes) results.push(await measureSize(sizeBytes, options));
  return results;
}

async function measureSize(
  sizeBytes: number,
  options: ImageRouteBenchOptions,
): Promise<ImageRouteBenchResult> {
  const { rounds = 5, durationSeconds = 3, connections = 32 } = options;
  const load = forkSibling('image-route-load', []);
  const servers = {
    bare: await startServer('bare', sizeBytes),
    route: await startServer('route', sizeBytes),
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      // The one that goes first changes, so that neither always meets the cooler machine.
      const order: readonly Kind[] = round % 2 === 0 ? ['bare', 'route'] : ['route', 'bare'];
      for (const kind of order) {
        const server = servers[kind];
        const measured = await measure(load, server, {
          port: server.port,
          path: server.path,
          bodyBytes: sizeBytes,
          connections,
          durationSeconds,
        });
        if (round > 0) server.rounds.push(measured);
      }
    }
  } finally {
    for (const child of [load, servers.bare.process, servers.route.process]) child.kill();
  }
  const bare = medianOf(servers.bare.rounds);
  const route = medianOf(servers.route.rounds);
  return {
    sizeBytes,
    bare,
    route,
    ratio: route.requestsPerSecond / bare.requestsPerSecond,
    cpuRatio: bare.cpuMicrosecondsPerRequest / route.cpuMicrosecondsPerRequest,
  };
}

async function startServer(kind: Kind, sizeBytes: number): Promise<Server> {
  const child = forkSibling('image-route-server', [kind, String(sizeBytes)]);
  const [ready] = (await once(child, 'message')) as [{ port: number; path: string }];
  return { process: child, ...ready, rounds: [] };
}

async function measure(load: ChildProcess, server: Server, order: LoadOrder): Promise<Measured> {
  const before = await askCpu(server.process);
  load.send(order);
  const [result] = (await once(load, 'message')) as [LoadResult];
  const spent = (await askCpu(server.process)) - before;
  if (result.failures > 0) throw new InternalError(`${result.failures} requests failed at ${order.path}`);
  return {
    requestsPerSecond: result.requestsPerSecond,
    cpuMicrosecondsPerRequest: spent / result.requests,
  };
}

async function askCpu(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [answer] = (await once(server, 'message')) as [{ cpuMicroseconds: number }];
  return answer.cpuMicroseconds;
}

/** The built file beside this one. */
function forkSibling(name: string, args: readonly string[]): ChildProcess {
  return fork(new URL(`./${name}.js`, import.meta.url), [...args]);
}

function medianOf(rounds: readonly Measured[]): Measured {
  return {
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    cpuMicrosecondsPerRequest: median(rounds.map((round) => round.cpuMicrosecondsPerRequest)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
