/** A shop of two hundred images on an origin, edges that fetch what is asked for, by Shoal or by nginx. */
import { eventually } from '../support/fleet.ts';
import type { Lab } from './lab.ts';
import { NginxFleet } from './nginx-fleet.ts';
import { type Published, publishedFor } from './published.ts';
import { type Behaviour, type ShapedEdge, ShapedFleet } from './shaped-fleet.ts';
import { pause } from './status-client.ts';
import { type LinkShape, type SentFrame, Switch } from './switch.ts';

export interface ColdShape {
  /** Edges' links; the origin's has the same rate. */
  readonly link: LinkShape;
  readonly behaviours: readonly Behaviour[];
}

export interface ColdFleet {
  readonly folder: string;
  url(edge: number): string;
  /** Of Shoal; none of nginx. */
  readonly edges: readonly ShapedEdge[];
}

/** The payload of `many-sets`. */
const WANTED = { sets: 200, bytesEach: (32 * 2 ** 20) / 200 };
/** Two renditions of a set, 60 KiB together, are no image; the one nearest to that is. */
const WANTED_BYTES = 60 * 1024;
/** The edges have heard of everything, and what they do about it is over. */
const REST_MS = 3_000;

export interface Measured<T> {
  readonly seen: T;
  readonly sent: readonly SentFrame[];
}

export interface ShopImage {
  readonly path: string;
  readonly bytes: number;
}

/** One rendition of each set: that nearest to 60 KiB. */
export function imagesOf({ images }: Published): ShopImage[] {
  return images.map(({ id, renditions }) => {
    const far = (bytes: number) => Math.abs(bytes - WANTED_BYTES);
    const best = renditions.reduce((one, other) => (far(other.bytes) < far(one.bytes) ? other : one));
    return { path: `/images/${id}/${best.name}`, bytes: best.bytes };
  });
}

export const publishedShop = (lab: Lab): Promise<Published> => publishedFor(lab.photos, WANTED);

/** Runs the measurement in a world of its own. @returns with what the origin sent in larger frames, by the switch */
export async function withFleet<T>(
  lab: Lab,
  kind: 'shoal' | 'nginx',
  { link, behaviours }: ColdShape,
  measure: (fleet: ColdFleet) => Promise<T>,
): Promise<Measured<T>> {
  const published = await publishedShop(lab);
  const folder = await lab.freshFolder();
  const network = await Switch.start(
    Array.from({ length: behaviours.length + 1 }, () => link),
    folder,
  );
  const shoal = new ShapedFleet(folder);
  const nginx = new NginxFleet(folder);
  const run = async (): Promise<T> => {
    if (kind === 'nginx') {
      await nginx.start(
        behaviours.length,
        new Map(imagesOf(published).map(({ path, bytes }) => [path, bytes])),
      );
      return await measure({ folder, edges: [], url: (edge) => nginx.url(edge) });
    }
    await shoal.startOrigin(published.dataFolder);
    for (const behaviour of behaviours) shoal.startEdge(behaviour, 'none');
    await shoal.edgesReady();
    await Promise.all(shoal.edges.map((edge) => hasHeardOfAll(edge)));
    await pause(REST_MS);
    return await measure({
      folder,
      edges: shoal.edges,
      url: (edge) => (shoal.edges[edge - 1] as ShapedEdge).url,
    });
  };
  try {
    const seen = await run();
    await network.stop();
    return { seen, sent: network.sentBySeed() };
  } finally {
    await Promise.all([shoal.close(), nginx.close()]);
    await network.stop();
    await lab.removeFolder(folder);
  }
}

async function hasHeardOfAll({ url, client }: ShapedEdge): Promise<void> {
  await eventually(`${url} knows all images`, async () => {
    return (await client.status())?.images.known === WANTED.sets;
  });
}
