/**
 * The piece store on disk: `<dir>/<root[0:2]>/<root>.whole` once a file is whole, before that `.data` and its sidecar
 * `.have` (have-file.ts). This file only joins the parts: state of a file, memory, write-behind, recovery.
 */
import type { Bitfield } from '../../bitfield.ts';
import { invariant } from '../../errors.ts';
import { BLOCK_BYTES, type FileRoot } from '../../units.ts';
import { BlockCache } from './block-cache.ts';
import { DescriptorCache } from './descriptor-cache.ts';
import type { FileBatches } from './file-batches.ts';
import { FileState } from './file-state.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { leafCountOf, storePaths } from './have-file.ts';
import { HaveWriter } from './have-writer.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { KnownRoots } from './known-roots.ts';
import type { PieceStore, StoredFile } from './piece-store.ts';
import { PowerCutGuard } from './power-cut.ts';
import { readRange } from './read-range.ts';
import { recover, type VerifyLeaves } from './recovery.ts';
import { StoreError, toStoreError } from './store-error.ts';
import { sweepDirectory } from './sweep.ts';
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

/** @throws StoreError when the directory cannot be made */
export async function openDiskPieceStore(options: DiskPieceStoreOptions): Promise<DiskPieceStore> {
  try {
    await (options.fileSystem ?? nodeFileSystem).makeDirectory(options.directory);
  } catch (cause) {
    throw toStoreError(cause, `make ${options.directory}`);
  }
  const store = new DiskPieceStore(options);
  await store.start();
  return store;
}

export class DiskPieceStore implements PieceStore {
  readonly #directory: string;
  readonly #fileSystem: FileSystem;
  readonly #descriptors: DescriptorCache;
  readonly #cache: BlockCache;
  readonly #knownRoots: KnownRoots;
  readonly #haveWriter: HaveWriter;
  readonly #writeBehind: WriteBehind;
  readonly #batches: FileBatches;
  readonly #guard: PowerCutGuard;
  readonly #states = new Map<FileRoot, FileState>();
  /** Opening, adopting and removing one file come one after the other. */
  readonly #queue = new KeyedQueue<FileRoot>();
  readonly #onError: (error: StoreError) => void;

  constructor(options: DiskPieceStoreOptions) {
    this.#directory = options.directory;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#onError = options.onError ?? (() => undefined);
    this.#knownRoots = new KnownRoots(this.#fileSystem, options.directory);
    this.#descriptors = new DescriptorCache(this.#fileSystem, options.maxOpenFiles ?? 512);
    this.#cache = new BlockCache(options.cacheBytes ?? 64 * 1024 * 1024);
    this.#haveWriter = new HaveWriter(this.#fileSystem, this.#descriptors);
    this.#batches = this.#fileSystem.batches();
    this.#guard = new PowerCutGuard({
      fileSystem: this.#fileSystem,
      batches: this.#batches,
      directory: this.#directory,
      onError: this.#onError,
    });
    const gatherDelayMs = options.gatherDelayMs ?? 10_000;
    this.#writeBehind = new WriteBehind({
      fileSystem: this.#fileSystem,
      descriptors: this.#descriptors,
      cache: this.#cache,
      haveWriter: this.#haveWriter,
      wholeFiles: new WholeFileWriter({
        batches: this.#batches,
        cache: this.#cache,
        guard: this.#guard,
        gatherDelayMs,
        onError: this.#onError,
      }),
      gatherDelayMs,
      gatherBytes: options.gatherBytes ?? 24 * 1024 * 1024,
      syncDelayMs: options.syncDelayMs ?? 10_000,
      onError: this.#onError,
    });
  }

  /** Learns what happened since the last end; before anything else. */
  start(): Promise<void> {
    return this.#guard.open();
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const state of this.#states.values()) bytes += state.heldBytes;
    return bytes;
  }

  open(file: StoredFile, verifyLeaves: VerifyLeaves, leavesPerPiece = 1): Promise<Bitfield> {
    return this.#queue.run(file.root, async () => {
      const open = this.#states.get(file.root);
      if (open && open.file.lengthBytes !== file.lengthBytes)
        throw new StoreError('store_mismatch', `${file.root} is open with another length`);
      if (open) return open.held.clone();
      const state = this.#newState(file);
      try {
        if (await this.#knownRoots.meet(file.root))
          await recover(
            {
              fileSystem: this.#fileSystem,
              descriptors: this.#descriptors,
              haveWriter: this.#haveWriter,
              isNameTrusted: this.#guard.isNameTrusted,
            },
            state,
            verifyLeaves,
            leavesPerPiece,
          );
      } catch (cause) {
        // A file that cannot be read is a file that is not held; what the disk says on writes, it says then.
        state.isOnDisk = true;
        state.lose({ first: 0, count: state.leafCount });
        this.#onError(toStoreError(cause, `open ${file.root}`));
      }
      this.#states.set(file.root, state);
      return state.held.clone();
    });
  }

  pieceBuffer(lengthBytes: number): Uint8Array {
    return this.#cache.buffers.take(lengthBytes);
  }

  write(file: StoredFile, offsetBytes: number, bytes: Uint8Array): Promise<void> {
    const state = this.#states.get(file.root);
    if (!state) return Promise.reject(new StoreError('store_missing', `${file.root} is not open`));
    const first = offsetBytes / BLOCK_BYTES;
    const count = leafCountOf(bytes.length);
    invariant(
      Number.isInteger(first) && count > 0 && first + count <= state.leafCount,
      `write at ${offsetBytes} of ${file.root}`,
    );
    invariant(bytes.length === state.bytesIn(first, count), `write of ${bytes.length} to ${file.root}`);
    if (state.holds(first, count)) return Promise.resolve();
    const block = this.#cache.pin(state, first, bytes);
    for (let leaf = first; leaf < first + count; leaf++) state.held.set(leaf);
    return new Promise((resolve, reject) => {
      this.#writeBehind.enqueue(state, { block, done: (error) => (error ? reject(error) : resolve()) });
    });
  }

  read(file: StoredFile, offsetBytes: number, lengthBytes: number): Uint8Array | Promise<Uint8Array> {
    const state = this.#states.get(file.root);
    if (!state) return Promise.reject(new StoreError('store_missing', `${file.root} is not open`));
    return readRange(this.#descriptors, this.#cache, state, offsetBytes, lengthBytes);
  }

  giveBack(bytes: Uint8Array): void {
    this.#cache.giveBack(bytes);
  }

  adopt(file: StoredFile, path: string): Promise<void> {
    return this.#queue.run(file.root, async () => {
      const before = this.#states.get(file.root);
      if (before) await this.#forget(before, new StoreError('store_missing', `${file.root} was replaced`));
      // Noted, whatever becomes of it.
      const isMet = await this.#knownRoots.meet(file.root).catch(() => true);
      const state = this.#newState(file);
      try {
        await this.#takeOver(state, path);
      } catch (cause) {
        throw toStoreError(cause, `adopt ${file.root}`);
      }
      state.seal();
      this.#states.set(file.root, state);
      if (before?.isOnDisk ?? isMet) await this.#removeParts(state);
    });
  }

  isComplete(root: FileRoot): boolean {
    return this.#states.get(root)?.held.isFull ?? false;
  }

  remove(root: FileRoot): Promise<void> {
    return this.#queue.run(root, async () => {
      const state = this.#states.get(root);
      if (state) await this.#forget(state, new StoreError('store_missing', `${root} was removed`));
      const { data, have, whole } = storePaths(this.#directory, root);
      try {
        // The marks go first: data without marks is judged anew, marks without data would be a lie.
        await this.#fileSystem.remove(whole);
        await this.#fileSystem.remove(have);
        await this.#fileSystem.remove(data);
      } catch (cause) {
        throw toStoreError(cause, `remove ${root}`);
      }
    });
  }

  async sweep(keep: ReadonlySet<FileRoot>, missing: (root: FileRoot) => void = () => {}): Promise<void> {
    for (const root of this.#states.keys()) if (!keep.has(root)) await this.remove(root);
    await sweepDirectory(this.#fileSystem, this.#directory, keep, missing);
  }

  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    for (const state of this.#states.values()) {
      try {
        await this.#haveWriter.close(state);
      } catch (cause) {
        this.#onError(toStoreError(cause, `close ${state.file.root}`));
      }
    }
    await this.#guard.close();
    await this.#batches.close();
    await this.#descriptors.close();
  }

  #newState(file: StoredFile): FileState {
    return new FileState(file, this.#directory);
  }

  async #forget(state: FileState, why: StoreError): Promise<void> {
    state.removed = true;
    this.#states.delete(state.file.root);
    this.#cache.dropFile(state);
    await this.#writeBehind.abandon(state, why);
    const { data, have, whole } = state.paths;
    for (const path of [data, have, whole]) this.#descriptors.drop(path);
  }

  /** What an earlier, unfinished file of this root left. */
  async #removeParts({ file, paths }: FileState): Promise<void> {
    try {
      await this.#fileSystem.remove(paths.have);
      await this.#fileSystem.remove(paths.data);
    } catch (cause) {
      this.#onError(toStoreError(cause, `tidy ${file.root}`));
    }
  }

  async #takeOver(state: FileState, path: string): Promise<void> {
    const { file, paths } = state;
    const source = await this.#fileSystem.open(path, false);
    try {
      const lengthBytes = await source.lengthBytes();
      if (lengthBytes !== file.lengthBytes)
        throw new StoreError('store_mismatch', `${path} has ${lengthBytes} bytes, not ${file.lengthBytes}`);
      await source.sync();
    } finally {
      await source.close();
    }
    await this.#fileSystem.makeDirectory(paths.directory);
    state.isOnDisk = true;
    await this.#fileSystem.rename(path, paths.whole);
    state.isNamedWhole = true;
    await this.#fileSystem.syncDirectory(paths.directory);
  }
}
