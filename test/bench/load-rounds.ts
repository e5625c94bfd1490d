/** Servers that one load process asks in turns: rounds alternate, medians count. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { InternalError } from '../../shared/errors.ts';
import type { LoadOrder, LoadResult } from './http-load.ts';
import { median } from './median.ts';

export interface LoadSide {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

export interface LoadTarget {
  readonly port: number;
  readonly path: string;
}

/** Rounds that count, after some to warm up: V8 compiles what is busy in the first seconds of a node's load. */
const ROUNDS = 5;
const WARM_UP_ROUNDS = 3;
const ROUND_SECONDS = 1;
const CONNECTIONS = 32;

/** @throws InternalError when a request fails: then nothing was measured */
export async function askInTurns<Name extends string>(
  load: ChildProcess,
  targets: Readonly<Record<Name, LoadTarget>>,
  bodyBytes: number,
): Promise<Record<Name, LoadSide>> {
  const sides = (Object.keys(targets) as Name[]).map((name) => ({ name, results: [] as LoadResult[] }));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    // The one that goes first changes, so that none always meets the cooler machine.
    for (const { name, results } of round % 2 === 0 ? sides : [...sides].reverse()) {
      const what = { ...targets[name], bodyBytes, connections: CONNECTIONS, durationSeconds: ROUND_SECONDS };
      const result = await askOnce(load, what);
      if (round >= WARM_UP_ROUNDS) results.push(result);
    }
  }
  return Object.fromEntries(sides.map(({ name, results }) => [name, middle(results)])) as Record<
    Name,
    LoadSide
  >;
}

/** @throws InternalError when a request fails: then nothing was measured */
export async function askOnce(load: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  load.send(order);
  const [result] = (await once(load, 'message')) as [LoadResult];
  if (result.failures > 0)
    throw new InternalError(`${result.failures} requests failed at port ${order.port} ${order.path}`);
  return result;
}

const middle = (results: readonly LoadResult[]): LoadSide => ({
  requestsPerSecond: median(results.map(({ requestsPerSecond }) => requestsPerSecond)),
  p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
});
