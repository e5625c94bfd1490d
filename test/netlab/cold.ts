/**
 * Cold requests, one at a time: images that nobody has, then images that another edge has, by Shoal and by nginx's
 * pull-through cache on the same links. And the same beside edges that are dead, slow or liars.
 */
import { type ColdFleet, type ColdShape, imagesOf, publishedShop, withFleet } from './cold-fleet.ts';
import { SEED } from './hosts.ts';
import type { Lab } from './lab.ts';
import type { RunReport } from './metrics.ts';
import type { Behaviour } from './shaped-fleet.ts';
import type { Answer } from './shopper.ts';
import { failuresOf, percentile, shop } from './shoppers.ts';
import { type LinkShape, RTT_MS } from './switch.ts';

const LINK: LinkShape = { upKbit: 20_000, downKbit: 40_000 };
const REQUESTS = 190;
const EDGES = 4;
/** The longest hedge (engine/options.ts), and two round trips. */
export const ALLOWED_MS = 150 + 2 * RTT_MS;

/** What became of the edge that has everything, before the others ask. */
export type Trouble = 'none' | 'dead' | 'slow' | 'liar';

const ask = (fleet: ColdFleet, edge: number, paths: readonly string[]): Promise<readonly Answer[]> =>
  shop(fleet.folder, { host: SEED + edge, url: fleet.url(edge), paths, atOnce: 1 });

function figuresOf(name: string, answers: readonly Answer[]): Record<string, number> {
  const head = answers.map(({ headMs }) => headMs);
  const first = answers.map(({ firstMs }) => firstMs);
  const total = answers.map(({ totalMs }) => totalMs);
  return {
    [`${name} header p50 ms`]: percentile(head, 0.5),
    [`${name} header p99 ms`]: percentile(head, 0.99),
    [`${name} TTFB p50 ms`]: percentile(first, 0.5),
    [`${name} TTFB p99 ms`]: percentile(first, 0.99),
    [`${name} total p50 ms`]: percentile(total, 0.5),
    [`${name} total p99 ms`]: percentile(total, 0.99),
  };
}

const honest = (count: number): Behaviour[] => Array.from({ length: count }, () => 'honest');

export async function measureCold(lab: Lab): Promise<RunReport> {
  const paths = imagesOf(await publishedShop(lab))
    .map((image) => image.path)
    .slice(0, REQUESTS);
  const shape: ColdShape = { link: LINK, behaviours: honest(EDGES) };
  const both = async (fleet: ColdFleet) => [await ask(fleet, 1, paths), await ask(fleet, 2, paths)] as const;
  const { seen: nginx } = await withFleet(lab, 'nginx', shape, both);
  const { seen: shoal } = await withFleet(lab, 'shoal', shape, both);
  const figures = {
    ...figuresOf('shoal', shoal[0]),
    ...figuresOf('nginx', nginx[0]),
    ...figuresOf('shoal, a sibling has it,', shoal[1]),
    ...figuresOf('nginx, a sibling has it,', nginx[1]),
  } as Record<string, number>;
  const ratio = (what: string) => (figures[`shoal ${what}`] as number) / (figures[`nginx ${what}`] as number);
  return {
    client: 'shoal',
    figures: {
      'header p50/nginx': ratio('header p50 ms'),
      'header p99/nginx': ratio('header p99 ms'),
      'TTFB p50/nginx': ratio('TTFB p50 ms'),
      'TTFB p99/nginx': ratio('TTFB p99 ms'),
      'total p50/nginx': ratio('total p50 ms'),
      'total p99/nginx': ratio('total p99 ms'),
      ...figures,
    },
    edgeSeconds: [],
    faults: [...failuresOf('shoal', shoal.flat()), ...failuresOf('nginx', nginx.flat())],
  };
}

/** Edge 2 asks for what edge 1 has, or had: no more than the hedge and two round trips slower than the origin alone. */
export async function measureTrouble(lab: Lab, trouble: Exclude<Trouble, 'none'>): Promise<RunReport> {
  const paths = imagesOf(await publishedShop(lab))
    .map((image) => image.path)
    .slice(0, REQUESTS);
  const { seen: alone } = await withFleet(lab, 'shoal', { link: LINK, behaviours: honest(1) }, (fleet) =>
    ask(fleet, 1, paths),
  );
  const first: Behaviour = trouble === 'liar' ? 'liar' : trouble === 'slow' ? 'slow' : 'honest';
  const behaviours = [first, ...honest(EDGES - 1)];
  const { seen: beside } = await withFleet(lab, 'shoal', { link: LINK, behaviours }, async (fleet) => {
    await ask(fleet, 1, paths);
    // Some of it while all is well: it is linked, and known for quick answers.
    const before = await ask(fleet, 2, paths.slice(0, REQUESTS / 4));
    if (trouble === 'dead') fleet.edges[0]?.process.stop();
    return [...before, ...(await ask(fleet, 2, paths.slice(REQUESTS / 4)))];
  });
  const p99 = (answers: readonly Answer[]) =>
    percentile(
      answers.map(({ totalMs }) => totalMs),
      0.99,
    );
  return {
    client: 'shoal',
    figures: {
      'p99 over the origin alone, ms': p99(beside) - p99(alone),
      ...figuresOf('beside', beside),
      ...figuresOf('alone', alone),
    },
    edgeSeconds: [],
    faults: [...failuresOf('beside', beside), ...failuresOf('alone', alone)],
  };
}
