/** Before the traffic: edges that run already, linked to each other, or with all that will be asked for. */
import type { LoadFleet } from '../nodes/load-fleet.ts';
import { type Run, wishOf } from '../run.ts';
import { Shopper } from './shopper.ts';

/** Asked of each edge, so that it is linked to the others and to the origin. */
const LINKING_IMAGES = 3;
const AT_ONCE = 4;
const TIMEOUT_MS = 60_000;

export async function warm(run: Run, fleet: LoadFleet, how: 'links' | 'all'): Promise<void> {
  const nodes = fleet.shopNodes;
  run.progress.say(how === 'all' ? 'asking each edge for all that will be wanted' : 'linking the edges');
  const paths = (edge: number) => (how === 'all' ? wantedOf(run, edge) : linking(run));
  await Promise.all(nodes.map((node, edge) => askAll(run, fleet.urlOf(node), paths(edge))));
}

/** What visitors of this edge want, and what those of the others do: they may be sent here. */
function wantedOf(run: Run, edge: number): string[] {
  const own = run.plan.filter((request) => request.edge === edge || run.scenario.events !== undefined);
  return [...new Set(own.map((request) => wishOf(run, request).path))];
}

/** The smallest renditions of the last images: no product of a sale, and nothing that shoppers ask for. */
function linking({ shop }: Run): string[] {
  return shop.images.slice(-LINKING_IMAGES).map(({ renditions }) => renditions[0]!.url);
}

async function askAll(run: Run, base: string, paths: readonly string[]): Promise<void> {
  const left = [...paths];
  const shopper = new Shopper(run.shopperIp);
  const ask = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined && !run.signal.aborted; path = left.pop())
      await shopper.ask({ base, path, type: 'image/avif', timeoutMs: TIMEOUT_MS }, run.signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  shopper.leave();
}
