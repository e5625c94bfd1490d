/**
 * The origin as a seed: every published image set is a torrent of its swarm node. It is its own tracker, so it
 * announces nowhere; it wants everything, so that a file it lost comes back from the edges.
 */
import type { Metainfo } from '../shared/metainfo/metainfo.ts';
import { parseMetainfo } from '../shared/metainfo/parse.ts';
import { nodeHashes } from '../shared/node/hashing/node-hashes.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { InfoHash } from '../shared/units.ts';
import type { Catalog, StoredImage } from './catalog/catalog-api.ts';

export interface OriginSwarmOptions {
  readonly catalog: Pick<Catalog, 'images' | 'image' | 'torrent' | 'onPublished' | 'onPurged'>;
  readonly node: Pick<SwarmNode, 'addTorrent' | 'removeTorrent' | 'hasTorrent'>;
  /** A torrent that cannot be seeded; the origin goes on with the others. */
  readonly onFault: (error: unknown, image: StoredImage) => void;
}

/** Torrents opened at once at start: enough to keep the disk busy, few enough for its queue. */
const OPENED_AT_ONCE = 8;

export class OriginSwarm {
  readonly #options: OriginSwarmOptions;
  readonly #unsubscribe: (() => void)[];
  /** Additions and removals of one torrent come one after the other, in the order of the commits. */
  readonly #underWay = new Map<InfoHash, Promise<void>>();

  constructor(options: OriginSwarmOptions) {
    this.#options = options;
    this.#unsubscribe = [
      options.catalog.onPublished((image, torrent) => this.#queue(image, () => this.#add(image, torrent))),
      options.catalog.onPurged((image) => this.#queue(image, () => this.#remove(image))),
    ];
  }

  /** Seeds what was published before this start. */
  async load(signal: AbortSignal): Promise<void> {
    const images = [...this.#options.catalog.images()];
    const next = async (): Promise<void> => {
      for (let image = images.pop(); image && !signal.aborted; image = images.pop()) {
        const published = image;
        await this.#queue(published, () => this.#load(published));
      }
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, next));
  }

  /** Takes no more changes; resolves when those under way are done. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all(this.#underWay.values());
  }

  #queue(image: StoredImage, work: () => Promise<void>): Promise<void> {
    const { infoHash } = image;
    const done = (this.#underWay.get(infoHash) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#options.onFault(error, image))
      .finally(() => {
        if (this.#underWay.get(infoHash) === done) this.#underWay.delete(infoHash);
      });
    this.#underWay.set(infoHash, done);
    return done;
  }

  async #load(image: StoredImage): Promise<void> {
    const torrent = await this.#options.catalog.torrent(image.infoHash);
    if (torrent) await this.#add(image, torrent);
  }

  async #add(image: StoredImage, torrent: Uint8Array): Promise<void> {
    const { catalog, node } = this.#options;
    // Purged while it waited for its turn: the removal comes later and would find nothing.
    if (!catalog.image(image.id) || node.hasTorrent(image.infoHash)) return;
    const metainfo: Metainfo = parseMetainfo(torrent, nodeHashes);
    await node.addTorrent(metainfo, { want: 'all', superSeed: true, webSeeds: [], announceUrl: undefined });
  }

  /** The ingest removes the files, under the lock that keeps those which another image shares. */
  async #remove(image: StoredImage): Promise<void> {
    if (this.#options.node.hasTorrent(image.infoHash))
      await this.#options.node.removeTorrent(image.infoHash, false);
  }
}
