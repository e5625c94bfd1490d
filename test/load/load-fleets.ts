/** The modes one after the other, each with a fleet of its own on the same addresses. */
import path from 'node:path';
import { missingNginx } from '../support/nginx.ts';
import type { LoadFlags } from './flags.ts';
import { megabits } from './links/link-shape.ts';
import { Network } from './nodes/addresses.ts';
import { publishedCatalog } from './nodes/catalog.ts';
import { LoadFleet, type Mode } from './nodes/load-fleet.ts';
import type { Progress } from './progress.ts';
import type { LoadResult, ModeResult } from './result.ts';
import { resultOf } from './result-of.ts';
import type { Run } from './run.ts';
import { runMode } from './run-mode.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { makePlan } from './traffic/plan.ts';
import { shopOf } from './traffic/shop.ts';

/** Of a product: front, back, worn, detail, packed. */
const PHOTOS_EACH = 5;

export async function loadFleets(
  flags: LoadFlags,
  runFolder: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<LoadResult> {
  const network = await Network.take();
  try {
    const { photos: photosFolder, products, edges, seed, visitors } = flags;
    const wanted = { photosFolder, photos: products * PHOTOS_EACH, seed };
    const catalog = await publishedCatalog(wanted, network, (text) => progress.say(text));
    const shop = shopOf(catalog.list, PHOTOS_EACH);
    const scenario = scenarioOf(flags);
    const { saleProducts, arrivalsMs } = scenario;
    const plan = makePlan(shop, { seed, edges, visitorsPerSecond: visitors, arrivalsMs, saleProducts });
    progress.say(`${plan.length} images for ${new Set(plan.map(({ visitor }) => visitor)).size} visitors`);
    const run: Run = {
      open: (mode) =>
        LoadFleet.open({
          network,
          mode,
          scenario,
          edges,
          seed,
          catalogFolder: catalog.dataFolder,
          runFolder: path.join(runFolder, mode),
        }),
      scenario,
      edges,
      shop,
      digests: catalog.digests,
      plan,
      shopperIp: network.shopperIp,
      timeoutMs: flags.timeout * 1000,
      signal,
      progress,
    };
    const modes: ModeResult[] = [];
    for (const mode of modesOf(flags)) if (!signal.aborted) modes.push(await runMode(run, mode));
    return resultOf(flags, scenario.summary, edges, modes, signal.aborted);
  } finally {
    network.release();
  }
}

export function scenarioOf(flags: LoadFlags): Scenario {
  const scenario = scenarios[flags.scenario] as Scenario;
  const withUp = (link: Scenario['edgeLink'], up: number | undefined) =>
    up === undefined ? link : { ...link, upBytesPerSecond: megabits(up) };
  const prefetch = flags.prefetch ?? scenario.prefetch;
  return {
    ...scenario,
    prefetch,
    // Edges that were started before would hold all of it.
    warmed: prefetch === 'all' ? 'nothing' : scenario.warmed,
    originLink: withUp(scenario.originLink, flags.originUp),
    edgeLink: withUp(scenario.edgeLink, flags.edgeUp),
    arrivalsMs: flags.seconds === undefined ? scenario.arrivalsMs : flags.seconds * 1000,
  };
}

/** @throws Error when nginx is wanted and not there */
export function modesOf({ modes, nginx }: LoadFlags): readonly Mode[] {
  const all = nginx && !modes.includes('nginx') ? [...modes, 'nginx' as const] : modes;
  const missing = all.includes('nginx') ? missingNginx() : undefined;
  if (missing !== undefined) throw new Error(`nginx: ${missing}`);
  return all;
}
