/** The modes one after the other, each with a fleet of its own on the same addresses. */
import { cpus, release, type } from 'node:os';
import path from 'node:path';
import { packageVersion } from '../../shared/node/process/version.ts';
import type { LoadFlags } from './flags.ts';
import { megabits } from './links/link-shape.ts';
import { Network } from './nodes/addresses.ts';
import { publishedCatalog } from './nodes/catalog.ts';
import { LoadFleet } from './nodes/load-fleet.ts';
import type { Progress } from './progress.ts';
import { type LoadResult, type ModeResult, RESULT_FORMAT } from './result.ts';
import type { Run } from './run.ts';
import { runMode } from './run-mode.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { makePlan } from './traffic/plan.ts';
import { shopOf } from './traffic/shop.ts';

const PHOTOS_EACH = 3;

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
      timeoutMs: flags.timeout * 1000,
      signal,
      progress,
    };
    const modes: ModeResult[] = [];
    for (const mode of flags.modes) if (!signal.aborted) modes.push(await runMode(run, mode));
    return resultOf(flags, scenario, modes, signal.aborted);
  } finally {
    network.release();
  }
}

export function scenarioOf(flags: LoadFlags): Scenario {
  const scenario = scenarios[flags.scenario] as Scenario;
  const withUp = (link: Scenario['edgeLink'], up: number | undefined) =>
    up === undefined ? link : { ...link, upBytesPerSecond: megabits(up) };
  return {
    ...scenario,
    originLink: withUp(scenario.originLink, flags.originUp),
    edgeLink: withUp(scenario.edgeLink, flags.edgeUp),
    arrivalsMs: flags.seconds === undefined ? scenario.arrivalsMs : flags.seconds * 1000,
  };
}

function resultOf(
  flags: LoadFlags,
  scenario: Scenario,
  modes: readonly ModeResult[],
  isPartial: boolean,
): LoadResult {
  const given = process.argv.slice(2);
  return {
    format: RESULT_FORMAT,
    startedAt: new Date().toISOString(),
    command: `npm run load${given.length > 0 ? ` -- ${given.join(' ')}` : ''}`,
    machine: {
      node: `Node ${process.version}`,
      processor: cpus()[0]?.model ?? 'unknown processor',
      cores: cpus().length,
      kernel: `${type()} ${release()}`,
    },
    version: packageVersion(),
    scenario: flags.scenario,
    summary: scenario.summary,
    seed: flags.seed,
    edges: flags.edges,
    visitorsPerSecond: flags.visitors,
    isPartial,
    modes,
  };
}
