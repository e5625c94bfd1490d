/** The .torrent files of joined images, kept so that a restart needs no origin: DATA/torrents/INFOHASH. */
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import type { InfoHash } from '../../shared/units.ts';
import { readIfThere, writeAtomically } from '../durable-file.ts';

/** 52 bytes of hashes a piece, and some 1,000 pieces to a set (shared/metainfo/make.ts): 50 KB is usual. */
export const MAX_TORRENT_BYTES = 4 * 1_048_576;

/** Names are info-hashes, which are hex digits by type: no text from a torrent becomes a path (threat row 8). */
export class TorrentFiles {
  readonly #folder: string;
  readonly #files: FileSystem;

  private constructor(folder: string, files: FileSystem) {
    this.#folder = folder;
    this.#files = files;
  }

  static async open(dataFolder: string, files: FileSystem = nodeFileSystem): Promise<TorrentFiles> {
    const folder = join(dataFolder, 'torrents');
    await files.makeDirectory(folder);
    return new TorrentFiles(folder, files);
  }

  read(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    return readIfThere(join(this.#folder, infoHash), MAX_TORRENT_BYTES, this.#files);
  }

  /** Not synced: what lies here is judged when it is read, and fetched again when a power cut spoilt it. */
  write(infoHash: InfoHash, bytes: Uint8Array): Promise<void> {
    return writeAtomically(join(this.#folder, infoHash), bytes, this.#files);
  }

  remove(infoHash: InfoHash): Promise<void> {
    return this.#files.remove(join(this.#folder, infoHash));
  }

  /** Names of the files that stand here: info-hashes, and whatever a crash left. */
  list(): Promise<readonly string[]> {
    return this.#files.list(this.#folder);
  }

  /** Deletes every file that `isNeeded` does not claim: purged images, and what a crash left half-written. */
  async sweep(isNeeded: (name: string) => boolean): Promise<number> {
    const stale = (await this.list()).filter((name) => !isNeeded(name));
    for (const name of stale) await this.#files.remove(join(this.#folder, name));
    return stale.length;
  }
}
