/**
 * A real edge process beside a bare node:http server that sends the same bytes, in one run: an origin publishes a
 * photo, an edge takes it from the swarm, and the renditions nearest 60 KiB and 300 KiB are asked for, warm, over
 * kept connections. Rounds alternate, medians count.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Rendition } from '../../shared/api-types/catalog.ts';
import { InternalError } from '../../shared/errors.ts';
import { eventually, Fleet, PROJECT } from '../support/fleet.ts';
import type { LoadOrder, LoadResult } from './http-load.ts';
import { median } from './median.ts';

export interface EdgeHttpBenchOptions {
  /** Rounds that count, after one to warm up. Default 5. */
  readonly rounds?: number;
  /** Default 3. */
  readonly durationSeconds?: number;
  /** Default 32. */
  readonly connections?: number;
}

export interface EdgeHttpResult {
  readonly name: string;
  readonly bodyBytes: number;
  readonly bareRequestsPerSecond: number;
  readonly edgeRequestsPerSecond: number;
  readonly ratio: number;
}

const SIZES_BYTES = [60 * 1024, 300 * 1024];
const PHOTO = 'server/demo/photos/stream.jpg';

/** @throws InternalError when a request fails: then nothing was measured */
export async function runEdgeHttpBench(options: EdgeHttpBenchOptions = {}): Promise<EdgeHttpResult[]> {
  const fleet = new Fleet();
  const load = forkSibling('http-load', []);
  try {
    await fleet.startOrigin();
    const edge = await fleet.startEdge({ name: 'bench' });
    const product = await fleet.createProduct('bench');
    const image = await fleet.upload(product, new Uint8Array(await readFile(path.join(PROJECT, PHOTO))));
    await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
    const results: EdgeHttpResult[] = [];
    for (const size of SIZES_BYTES) {
      const rendition = nearest(image.renditions, size);
      results.push(await compare(load, Number(new URL(edge.url).port), rendition, options));
    }
    return results;
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
  edgePort: number,
  rendition: Rendition,
  options: EdgeHttpBenchOptions,
): Promise<EdgeHttpResult> {
  const { rounds = 5, durationSeconds = 3, connections = 32 } = options;
  const bare = forkSibling('bare-server', [String(rendition.bytes)]);
  const [ready] = (await once(bare, 'message')) as [{ port: number }];
  const order = { bodyBytes: rendition.bytes, connections, durationSeconds };
  const sides = {
    bare: { order: { ...order, port: ready.port, path: '/' }, rates: [] as number[] },
    edge: { order: { ...order, port: edgePort, path: rendition.url }, rates: [] as number[] },
  };
  try {
    for (let round = 0; round <= rounds; round++) {
      // The one that goes first changes, so that neither always meets the cooler machine.
      for (const side of round % 2 === 0 ? [sides.bare, sides.edge] : [sides.edge, sides.bare]) {
        const rate = await measure(load, side.order);
        if (round > 0) side.rates.push(rate);
      }
    }
  } finally {
    bare.kill();
  }
  const bareRequestsPerSecond = median(sides.bare.rates);
  const edgeRequestsPerSecond = median(sides.edge.rates);
  const ratio = edgeRequestsPerSecond / bareRequestsPerSecond;
  return {
    name: rendition.name,
    bodyBytes: rendition.bytes,
    bareRequestsPerSecond,
    edgeRequestsPerSecond,
    ratio,
  };
}

async function measure(load: ChildProcess, order: LoadOrder): Promise<number> {
  load.send(order);
  const [result] = (await once(load, 'message')) as [LoadResult];
  if (result.failures > 0) throw new InternalError(`${result.failures} requests failed at ${order.path}`);
  return result.requestsPerSecond;
}

/** The built file beside this one. */
function forkSibling(name: string, args: readonly string[]): ChildProcess {
  return fork(new URL(`./${name}.js`, import.meta.url), [...args]);
}
