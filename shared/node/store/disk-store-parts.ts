/** What a piece store on disk is told, and the parts that it joins. */
import { BlockCache } from './block-cache.ts';
import { ContentCheck } from './content-check.ts';
import { DescriptorCache } from './descriptor-cache.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { HaveWriter } from './have-writer.ts';
import { KnownRoots } from './known-roots.ts';
import { PowerCutGuard } from './power-cut.ts';
import type { StoreError } from './store-error.ts';
import { WholeFileWriter } from './whole-file-writer.ts';
import { WriteBehind } from './write-behind.ts';

export interface DiskPieceStoreOptions {
  readonly directory: string;
  /** Memory for recently used blocks. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Open files. Default 512. */
  readonly maxOpenFiles?: number;
  /**
   * How long a verified piece may wait in memory until its file is whole, so that the file is opened and written
   * once and not once per piece. 0: written at once. What waits is lost by kill -9, and fetched again. Default
   * 10,000.
   */
  readonly gatherDelayMs?: number;
  /**
   * When so much waits, half of it is written. Default 24 MiB: a fast link fills it once more while it is being
   * written, and has not come to the engine's limit then.
   */
  readonly gatherBytes?: number;
  /**
   * How long bytes written to a file that is not whole may wait for fdatasync and their mark; one that became whole
   * that way is synced within a second. Default 10,000: a power cut costs at most the pieces of the last twenty
   * seconds, and those that reached the disk nevertheless are found by their hash.
   */
  readonly syncDelayMs?: number;
  /** Told of every failed write, sync and mark; the caller of `write` gets its own as well. */
  readonly onError?: (error: StoreError) => void;
  readonly fileSystem?: FileSystem;
}

export type DiskStoreParts = ReturnType<typeof storeParts>;

export function storeParts(options: DiskPieceStoreOptions) {
  const {
    directory,
    fileSystem = nodeFileSystem,
    onError = () => undefined,
    gatherDelayMs = 10_000,
  } = options;
  const descriptors = new DescriptorCache(fileSystem, options.maxOpenFiles ?? 512);
  const cache = new BlockCache(options.cacheBytes ?? 64 * 1024 * 1024);
  const haveWriter = new HaveWriter(fileSystem, descriptors);
  const batches = fileSystem.batches();
  const guard = new PowerCutGuard({ fileSystem, batches, directory, onError });
  const wholeFiles = new WholeFileWriter({ batches, cache, guard, gatherDelayMs, onError });
  const writeBehind = new WriteBehind({
    fileSystem,
    descriptors,
    cache,
    haveWriter,
    wholeFiles,
    gatherDelayMs,
    gatherBytes: options.gatherBytes ?? 24 * 1024 * 1024,
    syncDelayMs: options.syncDelayMs ?? 10_000,
    onError,
  });
  const contentCheck = new ContentCheck();
  const knownRoots = new KnownRoots(fileSystem, directory);
  return {
    contentCheck,
    fileSystem,
    onError,
    descriptors,
    cache,
    haveWriter,
    batches,
    guard,
    writeBehind,
    knownRoots,
  };
}
