/** Before the traffic: edges that run already, linked to each other, or with all that will be asked for. */
import { setMaxListeners } from 'node:events';
import type { LoadFleet } from '../nodes/load-fleet.ts';
import { type Run, wishOf } from '../run.ts';
import { Shopper } from './shopper.ts';

const LINKING_IMAGES = 10;
const AT_ONCE = 4;
const TIMEOUT_MS = 60_000;

export async function warm(run: Run, fleet: LoadFleet, how: 'links' | 'all'): Promise<void> {
  const nodes = fleet.shopNodes;
  // Each request under way listens for the end.
  setMaxListeners(0, run.signal);
  run.progress.say(how === 'all' ? 'asking each edge for all that will be wanted' : 'linking the edges');
  const paths = (edge: number) => (how === 'all' ? wantedOf(run, edge) : linking(run));
  await Promise.all(nodes.map((node, edge) => askAll(run, fleet, fleet.urlOf(node), paths(edge))));
}

/** What visitors of this edge want, and what those of the others do: they may be sent here. */
function wantedOf(run: Run, edge: number): string[] {
  const own = run.plan.filter((request) => request.edge === edge || run.scenario.events !== undefined);
  return [...new Set(own.map((request) => wishOf(run, request).path))];
}

/**
 * Renditions of the last images that no visitor will ask for: of products outside a sale, or the narrowest. Each twice, so
 * that taking and serving have run before: a program that was just started is compiled while it works, and a dozen of
 * them on one machine measure the compiler.
 */
function linking({ shop, scenario }: Run): string[] {
  const widest = scenario.saleProducts > 0 ? 640 : 160;
  const images = shop.images.slice(-LINKING_IMAGES).filter(({ product }) => product >= scenario.saleProducts);
  const renditions = images.flatMap((image) => image.renditions.filter(({ width }) => width <= widest));
  const paths = renditions.map(({ url }) => url);
  return [...paths, ...paths];
}

async function askAll(run: Run, fleet: LoadFleet, base: string, paths: readonly string[]): Promise<void> {
  const left = [...paths];
  const shopper = new Shopper(fleet.shopperIp);
  const ask = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined && !run.signal.aborted; path = left.pop())
      await shopper.ask({ base, path, type: 'image/avif', timeoutMs: TIMEOUT_MS }, run.signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  shopper.leave();
}
