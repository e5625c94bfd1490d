/**
 * The origin as a seed: every published image set is a torrent of its swarm node. It is its own tracker, so it
 * announces nowhere; it wants everything, so that a file it lost comes back from the edges.
 */
import { InternalError } from '../shared/errors.ts';
import type { Metainfo } from '../shared/metainfo/metainfo.ts';
import { parseMetainfo } from '../shared/metainfo/parse.ts';
import { nodeHashes } from '../shared/node/hashing/node-hashes.ts';
import { StoredImageTorrent } from '../shared/node/stored-image.ts';
import type { SwarmNode, TorrentOptions } from '../shared/node/swarm-node-api.ts';
import type { InfoHash } from '../shared/units.ts';
import type { Catalog, StoredImage } from './catalog/catalog-api.ts';

export interface OriginSwarmOptions {
  readonly catalog: Pick<
    Catalog,
    'images' | 'image' | 'torrent' | 'pieceLengths' | 'onPublished' | 'onPurged'
  >;
  readonly node: Pick<SwarmNode, 'addTorrent' | 'addStored' | 'removeTorrent' | 'hasTorrent'>;
  /** A torrent that cannot be seeded; the origin goes on with the others. */
  readonly onFault: (error: unknown, image: StoredImage) => void;
}

/** It is its own tracker, and asks no web seed. */
const SEED: TorrentOptions = { want: 'all', superSeed: true, webSeeds: [], announceUrl: undefined };
/** Torrents added between two turns of the event loop: requests are answered meanwhile. */
const ADDED_AT_ONCE = 64;

export class OriginSwarm {
  readonly #options: OriginSwarmOptions;
  readonly #unsubscribe: (() => void)[];
  /** Additions and removals of one torrent come one after the other, in the order of the commits. */
  readonly #underWay = new Map<InfoHash, Promise<void>>();

  constructor(options: OriginSwarmOptions) {
    this.#options = options;
    this.#unsubscribe = [
      options.catalog.onPublished((image, torrent) =>
        this.#queue(image, () => this.#add(image, torrent, { ...SEED, isNew: true })),
      ),
      options.catalog.onPurged((image) => this.#queue(image, () => this.#remove(image))),
    ];
  }

  /**
   * Seeds what was published before this start. A published set was durable before its commit, so none is read
   * here: the store is asked when somebody wants its bytes.
   */
  async load(signal: AbortSignal): Promise<void> {
    const { catalog } = this.#options;
    const pieceLengths = await catalog.pieceLengths();
    const images = [...catalog.images()];
    for (let at = 0; at < images.length && !signal.aborted; at += ADDED_AT_ONCE) {
      const next = images.slice(at, at + ADDED_AT_ONCE);
      await Promise.all(
        next.map((image) => this.#queue(image, () => this.#load(image, pieceLengths.get(image.infoHash)))),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when what was purged so far has left the swarm. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
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

  async #load(image: StoredImage, pieceLengthBytes: number | undefined): Promise<void> {
    const { catalog, node } = this.#options;
    if (pieceLengthBytes === undefined) {
      const torrent = await catalog.torrent(image.infoHash);
      if (torrent) await this.#add(image, torrent, SEED);
    } else if (catalog.image(image.id) && !node.hasTorrent(image.infoHash))
      await node.addStored(
        new StoredImageTorrent(image, pieceLengthBytes, () => this.#metainfo(image)),
        SEED,
      );
  }

  async #metainfo({ id, infoHash }: StoredImage): Promise<Metainfo> {
    const torrent = await this.#options.catalog.torrent(infoHash);
    if (!torrent) throw new InternalError(`image ${id} has no torrent`);
    return parseMetainfo(torrent, nodeHashes);
  }

  async #add(image: StoredImage, torrent: Uint8Array, options: TorrentOptions): Promise<void> {
    const { catalog, node } = this.#options;
    // Purged while it waited for its turn: the removal comes later and would find nothing.
    if (!catalog.image(image.id) || node.hasTorrent(image.infoHash)) return;
    const metainfo: Metainfo = parseMetainfo(torrent, nodeHashes);
    await node.addTorrent(metainfo, options);
  }

  /** The ingest removes the files, under the lock that keeps those which another image shares. */
  async #remove(image: StoredImage): Promise<void> {
    if (this.#options.node.hasTorrent(image.infoHash))
      await this.#options.node.removeTorrent(image.infoHash, false);
  }
}
