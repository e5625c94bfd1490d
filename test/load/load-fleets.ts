/** The modes one after the other, or side by side, each with a fleet of its own. */
import path from 'node:path';
import { missingNginx } from '../support/nginx.ts';
import type { LoadFlags } from './flags.ts';
import { Network } from './nodes/addresses.ts';
import { type PublishedCatalog, publishedCatalog } from './nodes/catalog.ts';
import { LoadFleet, type Mode } from './nodes/load-fleet.ts';
import type { Progress } from './progress.ts';
import type { LoadResult, ModeResult } from './result.ts';
import { resultOf } from './result-of.ts';
import type { Run } from './run.ts';
import { runModes } from './run-modes.ts';
import { scenarioOf } from './scenario-of.ts';
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
  const { edges, seed } = flags;
  const modes = modesOf(flags);
  const catalog = await catalogOf(flags, signal, progress);
  const shop = shopOf(catalog.list, PHOTOS_EACH);
  const scenario = scenarioOf(flags);
  const plan = makePlan(shop, { seed, edges, ...scenario });
  progress.say(`${plan.length} images for ${new Set(plan.map(({ visitor }) => visitor)).size} visitors`);
  const run: Run = {
    open: (mode) =>
      LoadFleet.open({
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
    timeoutMs: flags.timeout * 1000,
    signal,
    progress,
  };
  const results: ModeResult[] = [];
  for (const some of scenario.isTogether ? [modes] : modes.map((mode) => [mode]))
    if (!signal.aborted) results.push(...(await runModes(run, some)));
  return resultOf(flags, scenario.summary, edges, results, signal.aborted);
}

async function catalogOf(
  flags: LoadFlags,
  signal: AbortSignal,
  progress: Progress,
): Promise<PublishedCatalog> {
  const network = await Network.take();
  try {
    const { photos: photosFolder, products, seed } = flags;
    const wanted = { photosFolder, photos: products * PHOTOS_EACH, seed };
    return await publishedCatalog(wanted, network, signal, (text) => progress.say(text));
  } finally {
    network.release();
  }
}

/** @throws Error when nginx is wanted and not there */
function modesOf({ modes, nginx }: LoadFlags): readonly Mode[] {
  const all = nginx && !modes.includes('nginx') ? [...modes, 'nginx' as const] : modes;
  const missing = all.includes('nginx') ? missingNginx() : undefined;
  if (missing !== undefined) throw new Error(`nginx: ${missing}`);
  return all;
}
