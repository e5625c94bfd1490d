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
  /** Names of what stands in the folder: most sets that an edge hears of are new to it. */
  readonly #names: Set<string>;
  readonly #writing = new Map<InfoHash, Promise<void>>();

  private constructor(folder: string, files: FileSystem, names: Iterable<string>) {
    this.#folder = folder;
    this.#files = files;
    this.#names = new Set(names);
  }

  static async open(dataFolder: string, files: FileSystem = nodeFileSystem): Promise<TorrentFiles> {
    const folder = join(dataFolder, 'torrents');
    await files.makeDirectory(folder);
    return new TorrentFiles(folder, files, await files.list(folder));
  }

  has(infoHash: InfoHash): boolean {
    return this.#names.has(infoHash);
  }

  async read(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    await this.#writing.get(infoHash);
    if (!this.#names.has(infoHash)) return undefined;
    return readIfThere(join(this.#folder, infoHash), MAX_TORRENT_BYTES, this.#files);
  }

  /**
   * In the background: nobody waits for it, least of all a reader. Not synced either: what lies here is judged when it
   * is read, and fetched again when it is gone or a power cut spoilt it.
   */
  write(infoHash: InfoHash, bytes: Uint8Array): void {
    this.#names.add(infoHash);
    const before = this.#writing.get(infoHash) ?? Promise.resolve();
    const written = before
      .then(() => writeAtomically(join(this.#folder, infoHash), bytes, this.#files))
      .catch(() => {
        this.#names.delete(infoHash);
      })
      .finally(() => {
        if (this.#writing.get(infoHash) === written) this.#writing.delete(infoHash);
      });
    this.#writing.set(infoHash, written);
  }

  async remove(infoHash: InfoHash): Promise<void> {
    await this.#writing.get(infoHash);
    this.#names.delete(infoHash);
    await this.#files.remove(join(this.#folder, infoHash));
  }

  /** Nothing is being written any more when it resolves. */
  async close(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** Names of the files that stand here: info-hashes, and whatever a crash left. */
  list(): Promise<readonly string[]> {
    return this.#files.list(this.#folder);
  }

  /** Deletes every file that `isNeeded` does not claim: purged images, and what a crash left half-written. */
  async sweep(isNeeded: (name: string) => boolean): Promise<number> {
    const stale = (await this.list()).filter((name) => !isNeeded(name));
    for (const name of stale) {
      this.#names.delete(name);
      await this.#files.remove(join(this.#folder, name));
    }
    return stale.length;
  }
}
