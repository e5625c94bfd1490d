/** What published images have on disk: their .torrent files, and the sweep of everything else. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import type { SwarmNode } from '../../shared/node/swarm-node-api.ts';
import { type FileRoot, type InfoHash, parseInfoHash } from '../../shared/units.ts';
import type { ImageTable } from './image-table.ts';
import type { TorrentFiles } from './torrent-files.ts';
import type { TorrentSource } from './torrent-source.ts';

export interface PublishedFilesParts {
  readonly table: ImageTable;
  readonly files: TorrentFiles;
  readonly store: PieceStore;
  readonly swarm: SwarmNode;
  readonly source: TorrentSource;
  /** Aborts when the edge closes. */
  readonly signal: AbortSignal;
}

export class PublishedFiles {
  readonly #parts: PublishedFilesParts;
  /** While a sweep runs: the roots it must leave alone. */
  #keep: Set<FileRoot> | undefined;

  constructor(parts: PublishedFilesParts) {
    this.#parts = parts;
  }

  /** Published just now: a sweep that runs leaves it alone. */
  keep({ renditions }: PublishedImage): void {
    for (const { root } of renditions) this.#keep?.add(root);
  }

  /**
   * Deletes what no published image needs. Only for when the log has caught up: before that, an image whose entry
   * has yet to come again (a log cut by a crash) would lose its bytes.
   */
  async sweep(): Promise<void> {
    const { table, files, store, swarm } = this.#parts;
    const keep = new Set<FileRoot>();
    for (const image of table.images()) for (const { root } of image.renditions) keep.add(root);
    this.#keep = keep;
    const missing = new Set<FileRoot>();
    try {
      await files.sweep((name) => {
        const infoHash = parseInfoHash(name);
        return infoHash !== undefined && table.byInfoHash(infoHash) !== undefined;
      });
      await store.sweep(keep, (root) => missing.add(root));
    } finally {
      this.#keep = undefined;
    }
    // A set was noted as whole, and somebody took its files away: it is fetched again.
    for (const { infoHash, renditions } of [...table.images()])
      if (renditions.some(({ root }) => missing.has(root))) await swarm.openFiles(infoHash);
  }

  /** The .torrent of an image that is published and was joined; one that the disk spoilt is fetched anew. */
  async torrent(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    const image = this.#parts.table.byInfoHash(infoHash);
    if (image === undefined || (await this.#parts.files.read(infoHash)) === undefined) return undefined;
    const metainfo = await this.#parts.source.metainfoOf(image, this.#parts.signal).catch(() => undefined);
    return metainfo?.bytes;
  }
}
