/**
 * Faults while shoppers ask at four edges, one of which waits for shoppers: by the unshaped network, so that only what
 * the nodes tell each other is shaped and lost. What went wrong is counted, and how long it took until all was well.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { damageFiles } from '../support/damaged-files.ts';
import { eventually } from '../support/fleet.ts';
import { countsOf, ImageLoad, knownRenditions } from '../support/image-load.ts';
import type { Lab } from './lab.ts';
import type { RunReport } from './metrics.ts';
import { ORIGIN_URL, photosFor } from './published.ts';
import { type ShapedEdge, ShapedFleet } from './shaped-fleet.ts';
import { pause } from './status-client.ts';
import { type LinkShape, Switch } from './switch.ts';

const EDGES = 4;
/** Published before the faults, in the middle of them, and under loss. */
const PHOTOS = [8, 3, 1] as const;
const BYTES_EACH = 256 * 1024;
const REQUESTS_PER_SECOND = 60;
/** Before, between and after faults. */
const CALM_MS = 3_000;
const LOSS_PERCENT = 20;

export async function measureEdgeFaults(lab: Lab, link: LinkShape): Promise<RunReport> {
  const sets = PHOTOS.reduce((sum, count) => sum + count, 0);
  const photoFolder = await photosFor(lab.photos, { sets, bytesEach: BYTES_EACH });
  const photos = (await readdir(photoFolder)).sort().map((name) => path.join(photoFolder, name));
  const folder = await lab.freshFolder();
  const links = Array.from({ length: EDGES + 1 }, () => link);
  const network = await Switch.start(links, folder);
  // Of the edge that waits for shoppers.
  const smallDisk = path.join(folder, `edge-${EDGES}`);
  mkdirSync(smallDisk);
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'small', smallDisk]);
  const fleet = new ShapedFleet(folder);
  try {
    await fleet.startOrigin();
    for (let edge = 1; edge < EDGES; edge++) fleet.startEdge('honest');
    fleet.startEdge('honest', 'none');
    await fleet.edgesReady();
    return await new Trial(fleet, network, photos, smallDisk).run();
  } finally {
    await fleet.close();
    await network.stop();
    spawnSync('umount', [smallDisk]);
    await lab.removeFolder(folder);
  }
}

class Trial {
  readonly #fleet: ShapedFleet;
  readonly #network: Switch;
  readonly #photos: string[];
  readonly #smallDisk: string;
  readonly #images: Image[] = [];

  constructor(fleet: ShapedFleet, network: Switch, photos: readonly string[], smallDisk: string) {
    this.#fleet = fleet;
    this.#network = network;
    this.#photos = [...photos];
    this.#smallDisk = smallDisk;
  }

  async run(): Promise<RunReport> {
    const productId = await this.#fleet.createProduct('Faults');
    const renditions = await knownRenditions(ORIGIN_URL, await this.#publish(productId, PHOTOS[0]));
    const shelves = this.#fleet.edges.map(({ number, url }) => ({ name: `edge-${number}`, url }));
    const load = new ImageLoad({ shelves, renditions, requestsPerSecond: REQUESTS_PER_SECOND, seed: 1 });
    const seconds: Record<string, number> = {};
    try {
      await pause(CALM_MS);
      seconds['killed edge ready, s'] = await this.#killed();
      await pause(CALM_MS);
      seconds['damage healed, s'] = await this.#damaged(load);
      await pause(CALM_MS);
      seconds['disk in use again, s'] = await this.#diskFull();
      const cold = await knownRenditions(ORIGIN_URL, await this.#publish(productId, PHOTOS[1]));
      await this.#fleet.killOrigin();
      load.add(cold);
      await pause(2 * CALM_MS);
      seconds['origin has its edges, s'] = await this.#originBack();
      this.#network.lose(LOSS_PERCENT);
      await pause(CALM_MS);
      seconds['published under loss, s'] = await timed(() => this.#publish(productId, PHOTOS[2]));
      load.add(await knownRenditions(ORIGIN_URL, this.#images.slice(-1)));
      await pause(2 * CALM_MS);
      this.#network.lose(0);
      await pause(CALM_MS);
    } finally {
      await load.stop();
    }
    return reportOf(load, seconds, this.#fleet.cpuSeconds());
  }

  /** Resolves when the edges that prefetch hold all. */
  async #publish(productId: string, count: number): Promise<Image[]> {
    const added: Image[] = [];
    for (const photo of this.#photos.splice(0, count))
      added.push(await this.#fleet.upload(productId, new Uint8Array(await readFile(photo))));
    this.#images.push(...added);
    await eventually('edges that prefetch hold all', async () => {
      const prefetching = this.#fleet.edges.slice(0, EDGES - 1);
      const all = await Promise.all(prefetching.map(({ client }) => client.status()));
      return all.every((status) => status?.images.complete === this.#images.length);
    });
    return added;
  }

  async #killed(): Promise<number> {
    const [edge] = this.#fleet.edges as [ShapedEdge];
    await edge.process.kill('SIGKILL');
    await pause(1_000);
    return timed(() => this.#fleet.restartEdge(edge));
  }

  /** While the edge is dead, so that nothing is in its memory; what is asked for then finds the damage. */
  async #damaged(load: ImageLoad): Promise<number> {
    const [edge] = this.#fleet.edges as [ShapedEdge];
    const image = this.#images.at(-1) as Image;
    const renditions = image.renditions.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
    await edge.process.kill('SIGKILL');
    await damageFiles(edge.dataFolder, renditions);
    await this.#fleet.restartEdge(edge);
    load.add(await knownRenditions(ORIGIN_URL, [{ ...image, renditions }]));
    const lost = renditions.reduce((sum, { bytes }) => sum + bytes, 0) - (renditions[1]?.bytes ?? 0);
    return timed(() =>
      eventually('what was lost is fetched again', async () => {
        const status = await this.#fleet.edges[0]?.client.status();
        if (status === undefined) return false;
        const { fromPeers, fromOrigin } = status.bytes;
        return status.images.complete === this.#images.length && fromPeers + fromOrigin >= lost;
      }),
    );
  }

  /** The disk has been full since the first shoppers. */
  async #diskFull(): Promise<number> {
    const edge = this.#fleet.edges[EDGES - 1] as ShapedEdge;
    const log = () => readFile(edge.process.logPath, 'utf8');
    await eventually('the disk is full', async () => (await log()).includes('ENOSPC'));
    const stored = async () => {
      const names = await readdir(path.join(this.#smallDisk, 'pieces'), { recursive: true });
      return names.filter((name) => name.endsWith('.whole')).length;
    };
    const before = await stored();
    spawnSync('mount', ['-o', 'remount,size=64m', this.#smallDisk]);
    return timed(() => eventually('it writes again', async () => (await stored()) > before));
  }

  async #originBack(): Promise<number> {
    await this.#fleet.startOrigin();
    return timed(() =>
      eventually('all edges are live', async () => {
        const { edges } = (await (await fetch(`${ORIGIN_URL}/api/edges`)).json()) as EdgeList;
        return edges.filter(({ live }) => live).length === EDGES;
      }),
    );
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await work();
  return (performance.now() - begunMs) / 1000;
}

function reportOf({ answers }: ImageLoad, seconds: Record<string, number>, cpuSeconds: number): RunReport {
  const wrong = answers.filter(({ kind }) => kind === 'wrong');
  // The first edge is the one that is killed: its connections may break.
  const refused = answers.filter(
    ({ kind, shelf }) => kind !== 'right' && kind !== 'wrong' && !(kind === 'cut' && shelf === 'edge-1'),
  );
  const counts = Object.entries(countsOf(answers)).map(([kind, count]) => [`answers: ${kind}`, count]);
  return {
    client: 'shoal',
    figures: {
      'wrong bytes': wrong.length,
      'refused or late': refused.length,
      ...seconds,
      'longest answer, s': Math.max(...answers.map(({ tookMs }) => tookMs)) / 1000,
      ...Object.fromEntries(counts),
      'CPU s': cpuSeconds,
    },
    edgeSeconds: [],
    faults: [...wrong, ...refused]
      .slice(0, 5)
      .map(({ shelf, path: at, kind, detail }) => `${shelf}${at}: ${kind} ${detail}`),
  };
}
