/**
 * The piece store on disk: `<dir>/<root[0:2]>/<root>.whole` once a file is whole, before that `.data` and its sidecar
 * `.have` (have-file.ts). This file only joins the parts: state of a file, memory, write-behind, recovery.
 */
import type { Bitfield } from '../../bitfield.ts';
import { invariant } from '../../errors.ts';
import { BLOCK_BYTES, type FileRoot } from '../../units.ts';
import { removeParts, takeOver } from './adoption.ts';
import { type DiskPieceStoreOptions, type DiskStoreParts, storeParts } from './disk-store-parts.ts';
import { FileState } from './file-state.ts';
import { nodeFileSystem } from './file-system.ts';
import { leafCountOf, storePaths } from './have-file.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { PieceStore, StoredFile } from './piece-store.ts';
import { readRange } from './read-range.ts';
import { recover, type VerifyLeaves } from './recovery.ts';
import { StoreError, toStoreError } from './store-error.ts';
import { sweepDirectory } from './sweep.ts';

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
  readonly #parts: DiskStoreParts;
  readonly #states = new Map<FileRoot, FileState>();
  /** Opening, adopting and removing one file come one after the other. */
  readonly #queue = new KeyedQueue<FileRoot>();

  constructor(options: DiskPieceStoreOptions) {
    this.#directory = options.directory;
    this.#parts = storeParts(options);
  }

  /** Learns what happened since the last end; before anything else. */
  start(): Promise<void> {
    return this.#parts.guard.open();
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
        if (await this.#parts.knownRoots.meet(file.root))
          await recover(
            {
              fileSystem: this.#parts.fileSystem,
              descriptors: this.#parts.descriptors,
              haveWriter: this.#parts.haveWriter,
              isNameTrusted: this.#parts.guard.isNameTrusted,
            },
            state,
            verifyLeaves,
            leavesPerPiece,
          );
      } catch (cause) {
        // A file that cannot be read is a file that is not held; what the disk says on writes, it says then.
        state.isOnDisk = true;
        state.lose({ first: 0, count: state.leafCount });
        this.#parts.onError(toStoreError(cause, `open ${file.root}`));
      }
      this.#states.set(file.root, state);
      return state.held.clone();
    });
  }

  pieceBuffer(lengthBytes: number): Uint8Array {
    return this.#parts.cache.buffers.take(lengthBytes);
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
    const block = this.#parts.cache.pin(state, first, bytes);
    for (let leaf = first; leaf < first + count; leaf++) state.held.set(leaf);
    return new Promise((resolve, reject) => {
      this.#parts.writeBehind.enqueue(state, { block, done: (error) => (error ? reject(error) : resolve()) });
    });
  }

  read(file: StoredFile, offsetBytes: number, lengthBytes: number): Uint8Array | Promise<Uint8Array> {
    const state = this.#states.get(file.root);
    if (!state) return Promise.reject(new StoreError('store_missing', `${file.root} is not open`));
    return readRange(this.#parts, state, offsetBytes, lengthBytes);
  }

  giveBack(bytes: Uint8Array): void {
    this.#parts.cache.giveBack(bytes);
  }

  adopt(file: StoredFile, path: string): Promise<void> {
    return this.#queue.run(file.root, async () => {
      const before = this.#states.get(file.root);
      if (before) await this.#forget(before, new StoreError('store_missing', `${file.root} was replaced`));
      // Noted, whatever becomes of it.
      const isMet = await this.#parts.knownRoots.meet(file.root).catch(() => true);
      const state = this.#newState(file);
      try {
        this.#parts.contentCheck.trust(state, await takeOver(this.#parts.fileSystem, state, path));
      } catch (cause) {
        throw toStoreError(cause, `adopt ${file.root}`);
      }
      state.seal();
      this.#states.set(file.root, state);
      if (before?.isOnDisk ?? isMet) await removeParts(this.#parts.fileSystem, state, this.#parts.onError);
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
        await this.#parts.fileSystem.remove(whole);
        await this.#parts.fileSystem.remove(have);
        await this.#parts.fileSystem.remove(data);
      } catch (cause) {
        throw toStoreError(cause, `remove ${root}`);
      }
    });
  }

  async sweep(keep: ReadonlySet<FileRoot>, missing: (root: FileRoot) => void = () => {}): Promise<void> {
    for (const root of this.#states.keys()) if (!keep.has(root)) await this.remove(root);
    await sweepDirectory(this.#parts.fileSystem, this.#directory, keep, missing);
  }

  flush(): Promise<void> {
    return this.#parts.writeBehind.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    for (const state of this.#states.values()) {
      try {
        await this.#parts.haveWriter.close(state);
      } catch (cause) {
        this.#parts.onError(toStoreError(cause, `close ${state.file.root}`));
      }
    }
    await this.#parts.guard.close();
    await this.#parts.batches.close();
    await this.#parts.descriptors.close();
  }

  #newState(file: StoredFile): FileState {
    return new FileState(file, this.#directory);
  }

  async #forget(state: FileState, why: StoreError): Promise<void> {
    state.removed = true;
    this.#states.delete(state.file.root);
    this.#parts.cache.dropFile(state);
    await this.#parts.writeBehind.abandon(state, why);
    const { data, have, whole } = state.paths;
    for (const path of [data, have, whole]) this.#parts.descriptors.drop(path);
  }
}
