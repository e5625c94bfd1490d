/**
 * A fleet that is asked for images while something goes wrong: an origin, two edges that prefetch (`a`, `b`) and one
 * that waits for shoppers (`c`). Each keeps its address over restarts, and its clock can be set.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Image } from '../../shared/api-types/catalog.ts';
import { eventually, Fleet, PROJECT, type RunningNode } from './fleet.ts';
import { freePort } from './free-port.ts';
import { type Answer, ImageLoad, knownRenditions, type Shelf } from './image-load.ts';
import type { KnownRendition } from './shopper.ts';

const CLOCK = pathToFileURL(path.join(PROJECT, 'test/support/movable-clock.mjs')).href;
const MOVABLE = { channel: true, preload: CLOCK } as const;
const REQUESTS_PER_SECOND = 40;

export interface LoadedEdge extends Shelf {
  readonly prefetch: 'all' | 'none';
  readonly port: number;
  node: RunningNode;
}

export class LoadedFleet {
  readonly fleet = new Fleet();
  readonly images: Image[] = [];
  /** What was published before the first fault. */
  published: readonly KnownRendition[] = [];
  readonly #edges: LoadedEdge[] = [];
  #origin!: { port: number; peerPort: number };
  #product!: string;

  get edges(): readonly LoadedEdge[] {
    return this.#edges;
  }

  get a(): LoadedEdge {
    return this.#edges[0] as LoadedEdge;
  }

  get b(): LoadedEdge {
    return this.#edges[1] as LoadedEdge;
  }

  get c(): LoadedEdge {
    return this.#edges[2] as LoadedEdge;
  }

  async start(): Promise<void> {
    this.#origin = { port: await freePort(), peerPort: await freePort() };
    await this.startOrigin();
    for (const [name, prefetch] of [
      ['a', 'all'],
      ['b', 'all'],
      ['c', 'none'],
    ] as const) {
      const port = await freePort();
      const node = await this.fleet.startEdge({ name, prefetch, port, ...MOVABLE });
      this.#edges.push({ name, prefetch, port, url: node.url, node });
    }
    this.#product = await this.fleet.createProduct('Photos');
    this.published = await this.publish('bowl', 'dandelion', 'djembe');
  }

  /** Again, it has the same address and data folder. */
  startOrigin(): Promise<RunningNode> {
    return this.fleet.startOrigin({ ...this.#origin, ...MOVABLE });
  }

  async restart(edge: LoadedEdge): Promise<void> {
    const { name, prefetch, port, node } = edge;
    const { data, peerPort } = node;
    edge.node = await this.fleet.startEdge({ name, prefetch, port, data, peerPort, ...MOVABLE });
  }

  /** Demo photos by name; resolves when the edges that prefetch hold them. */
  async publish(...photos: string[]): Promise<readonly KnownRendition[]> {
    const added: Image[] = [];
    for (const name of photos) {
      const photo = await readFile(path.join(PROJECT, `server/demo/photos/${name}.jpg`));
      added.push(await this.fleet.upload(this.#product, new Uint8Array(photo)));
    }
    this.images.push(...added);
    await eventually('edges that prefetch hold every image', async () => {
      const all = await Promise.all([this.a, this.b].map(({ node }) => node.status()));
      return all.every((status) => status.images.complete === this.images.length);
    });
    return knownRenditions(this.fleet.origin.url, added);
  }

  /** Shoppers come before the fault, and for a while after all is well again. @param shelves default: all edges */
  async underLoad(
    fault: (load: ImageLoad) => Promise<void>,
    shelves: readonly Shelf[] = this.#edges,
  ): Promise<readonly Answer[]> {
    const { published: renditions } = this;
    const load = new ImageLoad({ shelves, renditions, requestsPerSecond: REQUESTS_PER_SECOND, seed: 7 });
    try {
      await answered(load, 20);
      await fault(load);
      await answered(load, 40);
    } finally {
      await load.stop();
    }
    return load.answers;
  }
}

/** So many more answers. */
export async function answered(load: ImageLoad, count: number): Promise<void> {
  const wanted = load.answers.length + count;
  await eventually(`${count} answers`, () => load.answers.length >= wanted);
}

/** The wall clock of a node, beside the true one. */
export async function setClock(node: RunningNode, clockOffsetMs: number): Promise<void> {
  const set = new Promise((resolve) => node.process.once('message', resolve));
  node.process.send({ clockOffsetMs });
  await set;
}
