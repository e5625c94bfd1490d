/**
 * Writes of all files. Verified pieces wait in memory, where they are served from, until their file is whole, some
 * seconds have passed or some mebibytes have come together; then a file is opened once and neighbours go into one
 * call. At most two files are written at a time (the thread pool has four threads, and reads want some). What is
 * written is synced and marked by sync-rounds.ts. A file that becomes whole before anything of it was written goes to
 * whole-file-writer.ts instead.
 */
import { dirname } from 'node:path';
import { BLOCK_BYTES } from '../../units.ts';
import type { BlockCache } from './block-cache.ts';
import { bytesOf, type FileState, NO_WRITES, type PendingWrite } from './file-state.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { errnoOf, toStoreError } from './store-error.ts';
import { SyncRounds, type SyncRoundsParts } from './sync-rounds.ts';
import type { WholeFileWriter } from './whole-file-writer.ts';

const MAX_WRITERS = 2;
/** One writev: large enough that the call's cost vanishes, small enough that it does not hold up others. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_CHUNKS = 256;

export interface WriteBehindParts extends SyncRoundsParts {
  readonly fileSystem: Pick<FileSystem, 'makeDirectory'>;
  readonly cache: BlockCache;
  readonly wholeFiles: WholeFileWriter;
  /** How long a piece may wait for others; 0: written at once. */
  readonly gatherDelayMs: number;
  readonly gatherBytes: number;
}

export class WriteBehind {
  readonly #parts: WriteBehindParts;
  readonly #gathering = new Set<FileState>();
  #gatheredBytes = 0;
  #gatherTimer: NodeJS.Timeout | undefined;
  /** Files with something to write and no write under way. */
  readonly #ready = new Set<FileState>();
  /** Writes under way, and what ends with each. */
  readonly #running = new Map<FileState, Promise<void>>();
  readonly #syncs: SyncRounds;

  constructor(parts: WriteBehindParts) {
    this.#parts = parts;
    this.#syncs = new SyncRounds(parts);
  }

  enqueue(state: FileState, write: PendingWrite): void {
    const { gatherBytes, gatherDelayMs } = this.#parts;
    if (state.gathered === NO_WRITES) state.gathered = [];
    state.gathered.push(write);
    this.#gathering.add(state);
    this.#gatheredBytes += write.block.bytes.length;
    if (gatherDelayMs === 0) this.#release();
    else if (this.#gatheredBytes >= gatherBytes) this.#releaseLargest(gatherBytes / 2);
    // Nothing more will come for it.
    else if (state.held.isFull) this.#releaseFile(state);
    else this.#gatherTimer ??= setTimeout(() => this.#release(), gatherDelayMs);
  }

  /** Resolves when all that was given so far is written, what is in parts synced and marked as well, or has failed. */
  async flush(): Promise<void> {
    this.#release();
    await this.#parts.wholeFiles.drain();
    while (this.#running.size > 0) await Promise.race(this.#running.values());
    await this.#syncs.all();
  }

  /** Forgets a file's pending work; resolves when none of it touches the disk any more. */
  async abandon(state: FileState, why: Error): Promise<void> {
    this.#ready.delete(state);
    this.#syncs.forget(state);
    if (this.#gathering.delete(state)) this.#gatheredBytes -= bytesOf(state.gathered);
    const begun = this.#parts.wholeFiles.abandon(state);
    const pending = [...state.gathered, ...state.outgoing, ...begun.pending];
    state.gathered = NO_WRITES;
    state.outgoing = NO_WRITES;
    for (const write of pending) write.done(why);
    await begun.ended;
    await this.#running.get(state);
    await this.#syncs.abandon(state);
  }

  /** All that was gathered goes out. */
  #release(): void {
    clearTimeout(this.#gatherTimer);
    this.#gatherTimer = undefined;
    for (const state of this.#gathering) this.#moveOut(state);
    this.#pump();
  }

  /** Memory is short: those go out that make the longest runs. */
  #releaseLargest(leaveBytes: number): void {
    const sizes = [...this.#gathering].map((state) => ({ state, bytes: bytesOf(state.gathered) }));
    sizes.sort((a, b) => b.bytes - a.bytes);
    for (const { state } of sizes) {
      if (this.#gatheredBytes <= leaveBytes) break;
      this.#moveOut(state);
    }
    this.#pump();
  }

  #releaseFile(state: FileState): void {
    this.#moveOut(state);
    this.#pump();
  }

  #moveOut(state: FileState): void {
    this.#gathering.delete(state);
    this.#gatheredBytes -= bytesOf(state.gathered);
    const writes = state.outgoing.length > 0 ? [...state.outgoing, ...state.gathered] : state.gathered;
    state.gathered = NO_WRITES;
    if (!this.#running.has(state) && this.#parts.wholeFiles.takes(state, writes)) {
      this.#ready.delete(state);
      state.outgoing = NO_WRITES;
      this.#parts.wholeFiles.add(state, writes);
      return;
    }
    state.outgoing = writes;
    if (!this.#running.has(state)) this.#ready.add(state);
  }

  #pump(): void {
    for (const state of this.#ready) {
      if (this.#running.size >= MAX_WRITERS) return;
      this.#ready.delete(state);
      const running = this.#writeOut(state).then(() => {
        this.#running.delete(state);
        if (state.outgoing.length > 0) this.#ready.add(state);
        this.#pump();
      });
      this.#running.set(state, running);
    }
  }

  async #writeOut(state: FileState): Promise<void> {
    try {
      state.isOnDisk = true;
      await this.#parts.haveWriter.beforeWrite(state);
      await this.#useData(state, async (file) => {
        while (state.outgoing.length > 0) await this.#writeBatch(state, file);
      });
    } catch (cause) {
      // The file cannot be opened: nothing of what waits for it can be written.
      this.#failed(state, state.outgoing, cause);
      state.outgoing = NO_WRITES;
    }
  }

  async #useData(state: FileState, work: (file: OpenFile) => Promise<void>): Promise<void> {
    const { descriptors, fileSystem } = this.#parts;
    const { data } = state.paths;
    try {
      await descriptors.use(data, true, work);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await fileSystem.makeDirectory(dirname(data));
      await descriptors.use(data, true, work);
    }
  }

  async #writeBatch(state: FileState, file: OpenFile): Promise<void> {
    const batch = takeNeighbours(state);
    const first = batch[0]?.block.firstLeaf as number;
    const count = batch.reduce((leaves, { block }) => leaves + block.leafCount, 0);
    try {
      await file.write(
        batch.map(({ block }) => block.bytes),
        first * BLOCK_BYTES,
      );
    } catch (cause) {
      this.#failed(state, batch, cause);
      return;
    }
    for (let leaf = first; leaf < first + count; leaf++) state.written.set(leaf);
    this.#syncs.written(state, { first, count });
    for (const write of batch) {
      this.#parts.cache.unpin(write.block);
      write.done(undefined);
    }
  }

  #failed(state: FileState, writes: readonly PendingWrite[], cause: unknown): void {
    const error = toStoreError(cause, `write ${state.file.root}`);
    for (const { block } of writes) state.lose({ first: block.firstLeaf, count: block.leafCount });
    for (const write of writes) write.done(error);
    this.#parts.onError(error);
  }
}

/** Takes the lowest run of neighbours out of what is to be written: one call writes them all. */
function takeNeighbours(state: FileState): PendingWrite[] {
  const { outgoing } = state;
  outgoing.sort((a, b) => a.block.firstLeaf - b.block.firstLeaf);
  let taken = 0;
  let bytes = 0;
  for (const { block } of outgoing) {
    const before = outgoing[taken - 1]?.block;
    const isNeighbour = before === undefined || before.firstLeaf + before.leafCount === block.firstLeaf;
    if (!isNeighbour || taken === MAX_BATCH_CHUNKS || (taken > 0 && bytes >= MAX_BATCH_BYTES)) break;
    taken++;
    bytes += block.bytes.length;
  }
  return outgoing.splice(0, taken);
}
