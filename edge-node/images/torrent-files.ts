/** The .torrent files of joined images, kept so that a restart needs no origin: DATA/torrents/INFOHASH. */
import { join } from 'node:path';
import type { FileBatches, WholeFile } from '../../shared/node/store/file-batches.ts';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import { TEMPORARY_SUFFIX } from '../../shared/node/store/whole-file-writer.ts';
import type { InfoHash } from '../../shared/units.ts';
import { readIfThere } from '../durable-file.ts';

/** 52 bytes of hashes a piece, and some 1,000 pieces to a set (shared/metainfo/make.ts): 50 KB is usual. */
export const MAX_TORRENT_BYTES = 4 * 1_048_576;

/**
 * Files come by the dozen while an edge joins what it lacks, and a message to the thread that writes them costs as much
 * as two files. A turn through the thread pool for each call took a tenth of the CPU of joining two hundred sets.
 */
const GATHER_MS = 250;
const MAX_GATHERED_BYTES = 1_048_576;

/** Names are info-hashes, which are hex digits by type: no text from a torrent becomes a path (threat row 8). */
export class TorrentFiles {
  readonly #folder: string;
  readonly #files: FileSystem;
  readonly #batches: FileBatches;
  /** Names of what stands in the folder: most sets that an edge hears of are new to it. */
  readonly #names: Set<string>;
  /** What waits for more to come. */
  #gathered = new Map<InfoHash, Uint8Array>();
  #gatheredBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Of the last batch; they are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, files: FileSystem, names: Iterable<string>) {
    this.#folder = folder;
    this.#files = files;
    this.#batches = files.batches();
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
    if (!this.#names.has(infoHash)) return undefined;
    await this.#flush();
    if (!this.#names.has(infoHash)) return undefined;
    return readIfThere(join(this.#folder, infoHash), MAX_TORRENT_BYTES, this.#files);
  }

  /**
   * In the background: nobody waits for it, least of all a reader. Not synced either: what lies here is judged when it
   * is read, and fetched again when it is gone or a power cut spoilt it.
   */
  write(infoHash: InfoHash, bytes: Uint8Array): void {
    this.#names.add(infoHash);
    this.#gathered.set(infoHash, bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= MAX_GATHERED_BYTES) void this.#flush();
    else this.#timer ??= setTimeout(() => void this.#flush(), GATHER_MS);
  }

  async remove(infoHash: InfoHash): Promise<void> {
    this.#names.delete(infoHash);
    this.#gathered.delete(infoHash);
    await this.#writing;
    await this.#files.remove(join(this.#folder, infoHash));
  }

  /** Nothing is being written any more when it resolves. */
  async close(): Promise<void> {
    await this.#flush();
    await this.#batches.close();
  }

  /** Names of the files that stand here: info-hashes, and whatever a crash left. */
  list(): Promise<readonly string[]> {
    return this.#files.list(this.#folder);
  }

  /** Deletes every file that `isNeeded` does not claim: purged images, and what a crash left half-written. */
  async sweep(isNeeded: (name: string) => boolean): Promise<number> {
    // What is being written now is no leftover.
    const isStale = (name: string) => !isNeeded(name) && !name.endsWith(TEMPORARY_SUFFIX);
    const stale = (await this.list()).filter(isStale);
    for (const name of stale) {
      this.#names.delete(name);
      await this.#files.remove(join(this.#folder, name));
    }
    return stale.length;
  }

  /** Resolves when all that was given so far is written, or has failed. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#gatheredBytes = 0;
    if (gathered.size > 0) this.#writing = this.#writing.then(() => this.#write(gathered));
    return this.#writing;
  }

  async #write(gathered: ReadonlyMap<InfoHash, Uint8Array>): Promise<void> {
    const files = Array.from(gathered, ([infoHash, bytes]): WholeFile => {
      const path = join(this.#folder, infoHash);
      return { path, temporaryPath: path + TEMPORARY_SUFFIX, chunks: [bytes] };
    });
    const results = await this.#batches.writeWhole(files).catch((error: Error) => files.map(() => error));
    [...gathered.keys()].forEach((infoHash, index) => {
      if (results[index] !== undefined) this.#names.delete(infoHash);
    });
  }
}
