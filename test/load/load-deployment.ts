/** Shoppers at a fleet that runs already: what its edges answer, over whatever links there are. */
import type { ProductList } from '../../shared/api-types/catalog.ts';
import type { EdgeList, NodeStatus } from '../../shared/api-types/status.ts';
import { percentileOf, sortedNumbers } from '../support/percentile.ts';
import { drive, type Outcome } from './driver/drive.ts';
import { sourcesInTurn } from './driver/sources-in-turn.ts';
import type { LoadFlags } from './flags.ts';
import { askedBytes, countsOf } from './mode-figures.ts';
import { grown } from './observe/fleet-watch.ts';
import { sourcesOf } from './observe/sources.ts';
import type { Progress } from './progress.ts';
import type { LoadResult, ModeResult } from './result.ts';
import { resultOf } from './result-of.ts';
import { wishOf } from './run.ts';
import { scenarioOf } from './scenario-of.ts';
import { makePlan } from './traffic/plan.ts';
import { shopOf } from './traffic/shop.ts';

export async function loadDeployment(
  flags: LoadFlags,
  origin: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<LoadResult> {
  const edges = await liveEdges(origin);
  const shop = shopOf(await json<ProductList>(`${origin}/api/products`));
  if (shop.images.length === 0) throw new Error(`${origin} sells nothing that has images`);
  // Without an edge, its shoppers ask the origin.
  const bases = edges.length > 0 ? edges : [origin];
  progress.say(`${shop.images.length} images at ${bases.join(', ')}`);
  const plan = makePlan(shop, { seed: flags.seed, edges: bases.length, ...scenarioOf(flags) });
  const known = { shop, digests: new Map<string, string>() };
  const told = progress.begin('deployment', plan);
  const before = await countersOf(edges);
  const driven = await drive({
    plan,
    wishOf: (request) => wishOf(known, request),
    basesOf: ({ edge }) => sourcesInTurn(bases, edge, origin),
    shopperIp: undefined,
    timeoutMs: flags.timeout * 1000,
    signal,
    onOutcome: (outcome) => told.outcome(outcome, undefined),
  });
  told.end();
  const took = takenBetween(before, await countersOf(edges));
  const counts = countsOf(plan, driven.outcomes, flags.timeout * 1000);
  const mode = figures(known, counts, driven.outcomes, driven.lateMs, took);
  const summary = `visitors of ${origin} as it runs, arriving as in ${flags.scenario}`;
  return resultOf(flags, summary, bases.length, [mode], signal.aborted);
}

async function liveEdges(origin: string): Promise<string[]> {
  const { edges } = await json<EdgeList>(`${origin}/api/edges`);
  return edges.filter(({ live }) => live).map(({ url }) => url);
}

interface Counters {
  readonly peers: number;
  readonly webSeed: number;
}

/** Undefined: the edge does not answer. One may go away while visitors come; that is no end of the run. */
function countersOf(edges: readonly string[]): Promise<(Counters | undefined)[]> {
  return Promise.all(
    edges.map(async (url) => {
      const status = await json<Pick<NodeStatus, 'bytes'>>(`${url}/status`).catch(() => undefined);
      return status && { peers: status.bytes.fromPeers, webSeed: status.bytes.fromOrigin };
    }),
  );
}

/** By edges that answered before and after. */
function takenBetween(
  before: readonly (Counters | undefined)[],
  after: readonly (Counters | undefined)[],
): Counters {
  let [peers, webSeed] = [0, 0];
  after.forEach((now, edge) => {
    const was = before[edge];
    if (now === undefined || was === undefined) return;
    peers += grown(was.peers, now.peers);
    webSeed += grown(was.webSeed, now.webSeed);
  });
  return { peers, webSeed };
}

/** @throws Error that names the address */
async function json<Body>(url: string): Promise<Body> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as Body;
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
    throw new Error(`${url}: ${cause?.code ?? cause?.message ?? message}`, { cause: error });
  }
}

function figures(
  known: Parameters<typeof wishOf>[0],
  counts: ReturnType<typeof countsOf>,
  outcomes: readonly Outcome[],
  lateMs: readonly number[],
  took: Counters,
): ModeResult {
  return {
    mode: 'deployment',
    ...counts,
    originSent: [],
    originBytes: null,
    wantedBytes: askedBytes(known, outcomes, 'all'),
    wantedCopies: null,
    copies: null,
    taken: null,
    sources: sourcesOf(outcomes, took),
    spread: null,
    cpuSeconds: null,
    lateMs: { driver: percentileOf(sortedNumbers(lateMs), 0.99), links: null },
  };
}
