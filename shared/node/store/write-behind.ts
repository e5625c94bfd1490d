/**
 * Writes of all files: neighbours are put together into one call, at most two files are written at a time (the
 * thread pool has four threads, and reads want some), and one round of fdatasync covers all that was written in
 * the last second. Marks follow their sync, never before it: a mark is trusted without hashing.
 */
import { BLOCK_BYTES } from '../../units.ts';
import type { BlockCache } from './block-cache.ts';
import type { DescriptorCache } from './descriptor-cache.ts';
import type { FileState, PendingWrite } from './file-state.ts';
import type { HaveWriter } from './have-writer.ts';
import { type StoreError, toStoreError } from './store-error.ts';

const MAX_WRITERS = 2;
/** One writev: large enough that the call's cost vanishes, small enough that it does not hold up others. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCH_CHUNKS = 256;

export interface WriteBehindParts {
  readonly descriptors: DescriptorCache;
  readonly cache: BlockCache;
  readonly haveWriter: HaveWriter;
  /** How long written bytes may wait for their sync. */
  readonly syncDelayMs: number;
  readonly onError: (error: StoreError) => void;
}

export class WriteBehind {
  readonly #parts: WriteBehindParts;
  /** Files with a queue and no write under way. */
  readonly #ready = new Set<FileState>();
  readonly #running = new Set<Promise<void>>();
  readonly #unsynced = new Set<FileState>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: WriteBehindParts) {
    this.#parts = parts;
  }

  enqueue(state: FileState, write: PendingWrite): void {
    state.queue.push(write);
    if (!state.writing) this.#ready.add(state);
    this.#pump();
  }

  /** Resolves when all that was given so far is written, synced and marked, or has failed. */
  async flush(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#syncRound();
  }

  /** Forgets a file's pending work; resolves when none of it touches the disk any more. */
  async abandon(state: FileState, why: Error): Promise<void> {
    this.#ready.delete(state);
    this.#unsynced.delete(state);
    for (const write of state.queue.splice(0)) write.done(why);
    await state.writing;
    await this.#round;
    this.#unsynced.delete(state);
  }

  #pump(): void {
    for (const state of this.#ready) {
      if (this.#running.size >= MAX_WRITERS) return;
      this.#ready.delete(state);
      const running = this.#writeBatch(state).then(() => {
        state.writing = undefined;
        this.#running.delete(running);
        if (state.queue.length > 0) this.#ready.add(state);
        this.#pump();
      });
      state.writing = running;
      this.#running.add(running);
    }
  }

  async #writeBatch(state: FileState): Promise<void> {
    const batch = takeNeighbours(state);
    const firstLeaf = batch[0]?.block.firstLeaf;
    if (firstLeaf === undefined) return;
    const count = batch.reduce((leaves, { block }) => leaves + block.leafCount, 0);
    const run = { first: firstLeaf, count };
    try {
      await this.#parts.haveWriter.beforeWrite(state);
      const chunks = batch.map(({ block }) => block.bytes);
      await this.#parts.descriptors.use(state.paths.data, true, (file) =>
        file.write(chunks, firstLeaf * BLOCK_BYTES),
      );
    } catch (cause) {
      const error = toStoreError(cause, `write ${state.file.root}`);
      state.lose(run);
      for (const write of batch) write.done(error);
      this.#parts.onError(error);
      return;
    }
    for (let leaf = run.first; leaf < run.first + count; leaf++) state.written.set(leaf);
    state.unsynced.push(run);
    this.#unsynced.add(state);
    this.#timer ??= setTimeout(() => this.#onTimer(), this.#parts.syncDelayMs).unref();
    for (const write of batch) {
      this.#parts.cache.unpin(write.block);
      write.done(undefined);
    }
  }

  #onTimer(): void {
    this.#timer = undefined;
    void this.#syncRound();
  }

  #syncRound(): Promise<void> {
    this.#round = this.#round.then(async () => {
      const states = [...this.#unsynced];
      this.#unsynced.clear();
      for (const state of states) await this.#sync(state);
    });
    return this.#round;
  }

  async #sync(state: FileState): Promise<void> {
    if (state.removed) return;
    const runs = state.unsynced;
    state.unsynced = [];
    try {
      await this.#parts.descriptors.use(state.paths.data, false, (file) => file.sync());
    } catch (cause) {
      // After a failed sync nobody knows which pages reached the disk: none of them count.
      for (const run of runs) state.lose(run);
      this.#parts.onError(toStoreError(cause, `sync ${state.file.root}`));
      return;
    }
    try {
      await this.#parts.haveWriter.mark(state, runs);
    } catch (cause) {
      // The bytes are safe, only the mark is missing: tried again with the next round.
      state.unsynced.push(...runs);
      this.#unsynced.add(state);
      this.#parts.onError(toStoreError(cause, `mark ${state.file.root}`));
    }
  }
}

/** Takes the queue's lowest run of neighbours: one call writes them all. */
function takeNeighbours(state: FileState): PendingWrite[] {
  state.queue.sort((a, b) => a.block.firstLeaf - b.block.firstLeaf);
  let taken = 0;
  let bytes = 0;
  for (const { block } of state.queue) {
    const before = state.queue[taken - 1]?.block;
    const isNeighbour = before === undefined || before.firstLeaf + before.leafCount === block.firstLeaf;
    if (!isNeighbour || taken === MAX_BATCH_CHUNKS || (taken > 0 && bytes >= MAX_BATCH_BYTES)) break;
    taken++;
    bytes += block.bytes.length;
  }
  return state.queue.splice(0, taken);
}
