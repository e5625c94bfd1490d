/** Keeps a file's sidecar in step with what was synced. */
import { dirname } from 'node:path';
import type { DescriptorCache } from './descriptor-cache.ts';
import { type FileState, type LeafRun, runsWhere } from './file-state.ts';
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
  readonly #descriptors: DescriptorCache;
  readonly #fileSystem: FileSystem;

  constructor(fileSystem: FileSystem, descriptors: DescriptorCache) {
    this.#fileSystem = fileSystem;
    this.#descriptors = descriptors;
  }

  /** Before bytes go into the data file: the sidecar must say that unmarked leaves may hold something. */
  async beforeWrite(state: FileState): Promise<void> {
    if (state.haveState === 'open') return;
    if (state.haveState === 'clean') await this.#setState(state, 'open');
    else await this.rewrite(state, 'open');
  }

  /** Marks leaves that are verified and synced. */
  async mark(state: FileState, runs: readonly LeafRun[]): Promise<void> {
    const still = runs.flatMap(({ first, count }) =>
      runsWhere(count, (index) => state.written.has(first + index)).map((run) => ({
        first: first + run.first,
        count: run.count,
      })),
    );
    await this.#descriptors.use(state.paths.have, true, async (file) => {
      for (const { first, count } of still)
        await file.write([new Uint8Array(count).fill(1)], HAVE_HEADER_BYTES + first);
    });
    for (const { first, count } of still)
      for (let leaf = first; leaf < first + count; leaf++) state.marked.set(leaf);
    if (state.marked.isFull) await this.#setState(state, 'complete');
  }

  /** The process ends in good order: unmarked leaves hold nothing. */
  async close(state: FileState): Promise<void> {
    if (state.haveState === 'open' && state.unsynced.length === 0) await this.#setState(state, 'clean');
  }

  /** Writes the whole sidecar anew from what is marked. */
  async rewrite(state: FileState, as: HaveState): Promise<void> {
    const bytes = encodeHave(state.file, as, state.marked.indexes());
    const write = () =>
      this.#descriptors.use(state.paths.have, true, async (file) => {
        await file.write([bytes], 0);
        await file.truncate(bytes.length);
      });
    try {
      await write();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await this.#fileSystem.makeDirectory(dirname(state.paths.have));
      await write();
    }
    state.haveState = as;
  }

  async #setState(state: FileState, to: HaveState): Promise<void> {
    await this.#descriptors.use(state.paths.have, true, (file) =>
      file.write([encodeState(to)], HAVE_STATE_OFFSET),
    );
    state.haveState = to;
  }
}
