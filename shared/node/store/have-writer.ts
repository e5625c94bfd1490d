/** Keeps a file's sidecar in step with what was synced. One write tells all that a round has to tell of a file. */
import type { DescriptorCache } from './descriptor-cache.ts';
import type { FileState, LeafRun } from './file-state.ts';
import type { FileSystem } from './file-system.ts';
import {
  encodeHave,
  encodeState,
  HAVE_HEADER_BYTES,
  HAVE_STATE_OFFSET,
  type HaveState,
} from './have-file.ts';
import { errnoOf } from './store-error.ts';

export class HaveWriter {
  readonly #fileSystem: Pick<FileSystem, 'rename'>;
  readonly #descriptors: DescriptorCache;

  constructor(fileSystem: Pick<FileSystem, 'rename'>, descriptors: DescriptorCache) {
    this.#fileSystem = fileSystem;
    this.#descriptors = descriptors;
  }

  /**
   * Before bytes go into the data file: no sidecar may say that unmarked leaves hold nothing, or that missing
   * ones are there. A file without a sidecar needs none yet: after a crash all of it is judged.
   */
  async beforeWrite(state: FileState): Promise<void> {
    if (state.isNamedWhole) {
      await this.#syncWhole(state);
      await this.unname(state);
    }
    if (state.haveState === 'clean') await this.#setState(state, 'open');
    // Synced, for the marks it takes back were durable: a power cut must not bring them back.
    if (state.haveState === 'stale') await this.rewrite(state, 'open', true);
  }

  /** A file that turned out not to be whole loses the name that says so; without marks, all of it is judged. */
  async unname(state: FileState): Promise<void> {
    this.#descriptors.drop(state.paths.whole);
    this.#descriptors.drop(state.paths.data);
    try {
      await this.#fileSystem.rename(state.paths.whole, state.paths.data);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    state.isNamedWhole = false;
  }

  /** What is left of a file that was whole will be marked, and its name stood for marks that may not be synced yet. */
  async #syncWhole({ paths }: FileState): Promise<void> {
    try {
      await this.#descriptors.use(paths.whole, false, (file) => file.sync());
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** Marks leaves that are verified and synced. */
  async mark(state: FileState, runs: readonly LeafRun[]): Promise<void> {
    const marked = state.marked.clone();
    for (const { first, count } of runs)
      for (let leaf = first; leaf < first + count; leaf++) if (state.written.has(leaf)) marked.set(leaf);
    await this.#write(state, marked.isFull ? 'complete' : 'open', marked.indexes(), false);
    for (const leaf of marked.indexes()) {
      // Found missing while the mark was written: the sidecar says too much.
      if (!state.written.has(leaf)) state.haveState = 'stale';
      else state.marked.set(leaf);
    }
    if (!state.marked.isFull) return;
    state.seal();
    this.#descriptors.drop(state.paths.have);
  }

  /** The process ends in good order: unmarked leaves hold nothing. */
  async close(state: FileState): Promise<void> {
    if (state.haveState === 'open' && state.unsynced.length === 0) await this.#setState(state, 'clean');
  }

  /** Writes the whole sidecar anew from what is marked. */
  async rewrite(state: FileState, as: HaveState, sync = false): Promise<void> {
    await this.#write(state, as, state.marked.indexes(), sync);
  }

  /**
   * Whole, in one call and in place: a byte that a crash leaves is an old or a new one, and every mix of the two
   * is a state that was true (or has another length, and then counts for nothing).
   */
  async #write(state: FileState, as: HaveState, marked: Iterable<number>, sync: boolean): Promise<void> {
    const isWhole = state.haveBytes > HAVE_HEADER_BYTES || as !== 'complete';
    const bytes = encodeHave(state.file, as, marked, isWhole);
    const isTooLong = state.haveBytes > bytes.length;
    state.haveBytes = Math.max(state.haveBytes, bytes.length);
    try {
      await this.#descriptors.use(state.paths.have, true, async (file) => {
        await file.write([bytes], 0);
        if (isTooLong) await file.truncate(bytes.length);
        if (sync) await file.sync();
      });
    } catch (error) {
      // Any part of it may be on disk.
      state.haveState = 'stale';
      throw error;
    }
    state.haveBytes = bytes.length;
    state.haveState = as;
  }

  async #setState(state: FileState, to: HaveState): Promise<void> {
    await this.#descriptors.use(state.paths.have, true, (file) =>
      file.write([encodeState(to)], HAVE_STATE_OFFSET),
    );
    state.haveState = to;
  }
}
