/**
 * What is written becomes safe: one fdatasync covers all that a file got since the last, and its marks follow it, never
 * before it, because a mark is trusted without hashing. A file that is whole is synced within a second; one that is not
 * waits for more, so that a small file costs one write, one sync and one mark, however its pieces came.
 */
import type { DescriptorCache } from './descriptor-cache.ts';
import { type FileState, NO_RUNS } from './file-state.ts';
import type { HaveWriter } from './have-writer.ts';
import { type StoreError, toStoreError } from './store-error.ts';

/** How often files that are whole are looked for. */
const SYNC_EVERY_MS = 1000;

export interface SyncRoundsParts {
  readonly descriptors: DescriptorCache;
  readonly haveWriter: HaveWriter;
  /** How long written bytes of a file that is not whole may wait for their sync. */
  readonly syncDelayMs: number;
  readonly onError: (error: StoreError) => void;
}

export class SyncRounds {
  readonly #parts: SyncRoundsParts;
  /** With the time at which the first of its unsynced bytes were written. */
  readonly #unsynced = new Map<FileState, number>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #syncing: FileState | undefined;

  constructor(parts: SyncRoundsParts) {
    this.#parts = parts;
  }

  /** These leaves are with the kernel. */
  written(state: FileState, run: FileState['unsynced'][number]): void {
    state.unsynced = [...state.unsynced, run];
    this.#note(state);
  }

  /** Resolves when all that was written so far is synced and marked, or has failed. */
  async all(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#runRound(Number.POSITIVE_INFINITY);
  }

  /** It is not to be synced any more. */
  forget(state: FileState): void {
    this.#unsynced.delete(state);
  }

  /** As {@link forget}; resolves when no sync of it is under way. Others' are none of its business. */
  async abandon(state: FileState): Promise<void> {
    if (this.#syncing === state) await this.#round;
    this.#unsynced.delete(state);
  }

  #note(state: FileState): void {
    if (!this.#unsynced.has(state)) this.#unsynced.set(state, performance.now());
    this.#wake();
  }

  #wake(): void {
    const everyMs = Math.min(SYNC_EVERY_MS, this.#parts.syncDelayMs);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#runRound(performance.now());
    }, everyMs).unref();
  }

  /** Syncs what is whole or has waited long enough. @param now Infinity: everything */
  #runRound(now: number): Promise<void> {
    this.#round = this.#round.then(async () => {
      for (const [state, since] of [...this.#unsynced]) {
        if (!state.written.isFull && now - since < this.#parts.syncDelayMs) continue;
        this.#unsynced.delete(state);
        this.#syncing = state;
        await this.#sync(state);
        this.#syncing = undefined;
      }
      if (this.#unsynced.size > 0) this.#wake();
    });
    return this.#round;
  }

  async #sync(state: FileState): Promise<void> {
    if (state.removed) return;
    const runs = state.unsynced;
    state.unsynced = NO_RUNS;
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
      state.unsynced = [...state.unsynced, ...runs];
      this.#note(state);
      this.#parts.onError(toStoreError(cause, `mark ${state.file.root}`));
    }
  }
}
