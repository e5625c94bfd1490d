/**
 * The edge's warm path: real edges with an access log beside a bare node:http server that sends as many bytes, and beside
 * nginx, in one run. An origin publishes a photo, edges take it from the swarm, and the renditions nearest 60 KiB and 300 KiB
 * are asked for over kept connections. Rounds alternate, medians count. nginx is also the ceiling of the load process:
 * what that cannot ask for, nobody can give. At last the edge with one worker has ten thousand connections.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Rendition } from '../../shared/api-types/catalog.ts';
import { START_MS } from '../../shared/node/process/compile-later.ts';
import { eventually, everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { childrenOf, peakMemoryBytes } from '../support/processes.ts';
import { askInTurns, askOnce, type LoadSide } from './load-rounds.ts';
import { forkSibling, startBare, startNginx } from './warm-peers.ts';

export interface WarmResult {
  readonly name: string;
  readonly bodyBytes: number;
  readonly bare: LoadSide;
  /** With one worker. */
  readonly one: LoadSide;
  /** With two. */
  readonly two: LoadSide;
  /** Without: the edge's own process answers. */
  readonly own: LoadSide;
  /** Undefined: not installed. */
  readonly nginx: LoadSide | undefined;
}

/** Ten thousand connections to one worker, all of them asking. */
export interface ManyConnections {
  /** Open at the end, and answered. */
  readonly held: number;
  /** The most that the edge's process ever took, and the most that its worker did. */
  readonly memoryBytes: number;
  readonly load: LoadSide;
}

export interface WarmBench {
  readonly results: readonly WarmResult[];
  readonly many: ManyConnections;
}

/** Edges by who of them answers. */
type Edges = Readonly<Record<'own' | 'one' | 'two', RunningNode>>;

const SIZES_BYTES = [60 * 1024, 300 * 1024];
const PHOTO = 'server/demo/photos/stream.jpg';
export const MANY_CONNECTIONS = 10_000;
/** Each is answered more than once in it. */
const MANY_SECONDS = 10;

/** @throws InternalError when a request fails: then nothing was measured */
export async function runWarmBench(): Promise<WarmBench> {
  const fleet = new Fleet();
  const load = forkSibling('http-load', []);
  const logs = await mkdtemp(path.join(tmpdir(), 'shoal-warm-'));
  try {
    await fleet.startOrigin();
    const start = (name: string, workers: string) => {
      const flags = ['--access-log', '--workers', workers];
      return fleet.startEdge({ name, flags, logFile: path.join(logs, name) });
    };
    const edges = {
      own: await start('own', '0'),
      one: await start('one', '1'),
      two: await start('two', '2'),
    };
    const product = await fleet.createProduct('bench');
    const image = await fleet.upload(product, new Uint8Array(await readFile(path.join(PROJECT, PHOTO))));
    await everyEdgeHas(Object.values(edges), 1);
    // Warm is an edge that has been up for a while: before, it puts off making machine code.
    await setTimeout(START_MS);
    const results: WarmResult[] = [];
    for (const size of SIZES_BYTES) results.push(await compare(load, edges, nearest(image.renditions, size)));
    const many = await holdMany(load, edges.one, nearest(image.renditions, SIZES_BYTES[0] as number));
    return { results, many };
  } finally {
    load.kill();
    await fleet.close();
    await rm(logs, { recursive: true, force: true });
  }
}

function nearest(renditions: readonly Rendition[], bytes: number): Rendition {
  const distance = (rendition: Rendition) => Math.abs(Math.log(rendition.bytes / bytes));
  return [...renditions].sort((a, b) => distance(a) - distance(b))[0] as Rendition;
}

async function compare(
  load: ChildProcess,
  edges: Edges,
  { name, bytes: bodyBytes, url }: Rendition,
): Promise<WarmResult> {
  for (const edge of Object.values(edges)) await eventually('it lies in memory', () => isHot(edge.url + url));
  const bare = await startBare(bodyBytes);
  const nginx = await startNginx(bodyBytes);
  const targets = {
    bare,
    one: { port: portOf(edges.one), path: url },
    two: { port: portOf(edges.two), path: url },
    own: { port: portOf(edges.own), path: url },
  };
  try {
    const sides = nginx
      ? await askInTurns(load, { ...targets, nginx }, bodyBytes)
      : { ...(await askInTurns(load, targets, bodyBytes)), nginx: undefined };
    return { name, bodyBytes, ...sides };
  } finally {
    await bare.close();
    await nginx?.close();
  }
}

/** Asked on connections of their own: no worker that is asked now has it elsewhere. */
async function isHot(url: string): Promise<boolean> {
  for (let i = 0; i < 8; i++) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    await answer.arrayBuffer();
    if (answer.headers.get('cache-status')?.endsWith('hit; detail=memory') !== true) return false;
  }
  return true;
}

async function holdMany(
  load: ChildProcess,
  edge: RunningNode,
  { url, bytes: bodyBytes }: Rendition,
): Promise<ManyConnections> {
  const what = { path: url, bodyBytes, connections: MANY_CONNECTIONS, durationSeconds: MANY_SECONDS };
  const result = await askOnce(load, { port: portOf(edge), ...what });
  const pid = edge.process.pid as number;
  const memoryBytes = [pid, ...childrenOf(pid)].reduce((sum, each) => sum + peakMemoryBytes(each), 0);
  return { held: result.held, memoryBytes, load: result };
}

const portOf = (node: RunningNode): number => Number(new URL(node.url).port);
