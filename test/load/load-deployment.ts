/** Shoppers at a fleet that runs already: what its edges answer, over whatever links there are. */
import type { ProductList } from '../../shared/api-types/catalog.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { percentileOf, sortedNumbers } from '../support/percentile.ts';
import { drive, type Outcome } from './driver/drive.ts';
import { sourcesInTurn } from './driver/sources-in-turn.ts';
import type { LoadFlags } from './flags.ts';
import { askedBytes, countsOf } from './mode-figures.ts';
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
  const before = await taken(edges);
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
  const after = await taken(edges);
  const took = { peers: after.peers - before.peers, webSeed: after.webSeed - before.webSeed };
  const counts = countsOf(plan, driven.outcomes, flags.timeout * 1000);
  const mode = figures(known, counts, driven.outcomes, driven.lateMs, took);
  const summary = `visitors of ${origin} as it runs, arriving as in ${flags.scenario}`;
  return resultOf(flags, summary, bases.length, [mode], signal.aborted);
}

async function liveEdges(origin: string): Promise<string[]> {
  const { edges } = await json<EdgeList>(`${origin}/api/edges`);
  return edges.filter(({ live }) => live).map(({ url }) => url);
}

async function taken(edges: readonly string[]): Promise<{ peers: number; webSeed: number }> {
  const all = await Promise.all(
    edges.map((url) => json<{ bytes: { fromPeers: number; fromOrigin: number } }>(`${url}/status`)),
  );
  return {
    peers: all.reduce((sum, { bytes }) => sum + bytes.fromPeers, 0),
    webSeed: all.reduce((sum, { bytes }) => sum + bytes.fromOrigin, 0),
  };
}

async function json<Body>(url: string): Promise<Body> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Body;
}

function figures(
  known: Parameters<typeof wishOf>[0],
  counts: ReturnType<typeof countsOf>,
  outcomes: readonly Outcome[],
  lateMs: readonly number[],
  took: { readonly peers: number; readonly webSeed: number },
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
