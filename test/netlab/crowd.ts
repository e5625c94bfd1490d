/** A flash crowd: at every edge a page of two hundred images that none has, all at once, by Shoal and by nginx. */
import { seededRandom, shuffle } from '../../shared/random.ts';
import { type ColdFleet, imagesOf, type Measured, publishedShop, withFleet } from './cold-fleet.ts';
import { SEED } from './hosts.ts';
import type { Lab } from './lab.ts';
import type { RunReport } from './metrics.ts';
import type { Answer } from './shopper.ts';
import { failuresOf, percentile, shop } from './shoppers.ts';
import type { LinkShape } from './switch.ts';

const EDGES = 8;
const LINK: LinkShape = { upKbit: 20_000, downKbit: 40_000 };
/** Images that each edge is asked for before. */
const WARM_UPS = 4;
/** Two browsers' connections. */
const AT_ONCE = 12;

interface Crowd {
  readonly answers: readonly Answer[];
  /** Unix ms. */
  readonly beganMs: number;
  /** Taken from the web seed by all edges, and of it what a peer gave as well; 0 of nginx. */
  readonly fromOriginBytes: number;
  readonly racedBytes: number;
}

export async function measureCrowd(lab: Lab): Promise<RunReport> {
  const all = imagesOf(await publishedShop(lab));
  const warmUp = all.slice(0, WARM_UPS).map((image) => image.path);
  const images = all.slice(WARM_UPS);
  const paths = images.map((image) => image.path);
  const payloadBytes = images.reduce((sum, { bytes }) => sum + bytes, 0);
  const shape = { link: LINK, behaviours: Array.from({ length: EDGES }, () => 'honest' as const) };
  const nginx = await withFleet(lab, 'nginx', shape, (fleet) => crowd(fleet, warmUp, paths));
  const shoal = await withFleet(lab, 'shoal', shape, (fleet) => crowd(fleet, warmUp, paths));
  const p95 = ({ seen }: Measured<Crowd>) => percentile(timesOf(seen), 0.95);
  const p50 = ({ seen }: Measured<Crowd>) => percentile(timesOf(seen), 0.5);
  const copies = ({ seen, sent }: Measured<Crowd>) => {
    const during = sent.filter(({ atMs }) => atMs >= seen.beganMs);
    return during.reduce((sum, { bytes }) => sum + bytes, 0) / payloadBytes;
  };
  return {
    client: 'shoal',
    figures: {
      copies: copies(shoal),
      'p95/nginx': p95(shoal) / p95(nginx),
      'nginx copies': copies(nginx),
      'p50 ms': p50(shoal),
      'p95 ms': p95(shoal),
      'nginx p50 ms': p50(nginx),
      'nginx p95 ms': p95(nginx),
      'mean KiB': payloadBytes / images.length / 1024,
      'web seed copies': shoal.seen.fromOriginBytes / payloadBytes,
      'raced copies': shoal.seen.racedBytes / payloadBytes,
    },
    edgeSeconds: [],
    faults: [...failuresOf('shoal', shoal.seen.answers), ...failuresOf('nginx', nginx.seen.answers)],
  };
}

const timesOf = ({ answers }: Crowd): number[] => answers.map(({ totalMs }) => totalMs);

/** Each edge's shoppers have an order of their own. */
async function crowd(fleet: ColdFleet, warmUp: readonly string[], paths: readonly string[]): Promise<Crowd> {
  // A fleet that runs: every edge was asked for something before, and is linked to the others.
  for (let edge = 1; edge <= EDGES; edge++)
    await shop(fleet.folder, { host: SEED + edge, url: fleet.url(edge), paths: warmUp, atOnce: 1 });
  const before = await bytesOf(fleet);
  const beganMs = Date.now();
  const all = await Promise.all(
    Array.from({ length: EDGES }, (_, index) => {
      const edge = index + 1;
      const order = shuffle([...paths], seededRandom(edge));
      return shop(fleet.folder, { host: SEED + edge, url: fleet.url(edge), paths: order, atOnce: AT_ONCE });
    }),
  );
  const after = await bytesOf(fleet);
  return {
    answers: all.flat(),
    beganMs,
    fromOriginBytes: after.fromOriginBytes - before.fromOriginBytes,
    racedBytes: after.racedBytes - before.racedBytes,
  };
}

async function bytesOf({ edges }: ColdFleet): Promise<{ fromOriginBytes: number; racedBytes: number }> {
  const all = await Promise.all(edges.map(async ({ client }) => (await client.status())?.bytes));
  return {
    fromOriginBytes: all.reduce((sum, bytes) => sum + (bytes?.fromOrigin ?? 0), 0),
    racedBytes: all.reduce((sum, bytes) => sum + (bytes?.raced ?? 0), 0),
  };
}
