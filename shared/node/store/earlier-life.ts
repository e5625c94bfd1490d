/**
 * Whole files that an earlier life of this store wrote and, killed, never synced; they are found by their time. In the
 * same boot of the machine they are good: synced folder by folder in the background, and until then no note may say
 * that they are. In another boot they may hold anything, and lose their name.
 */
import type { FileBatches } from './file-batches.ts';
import type { FileSystem } from './file-system.ts';

const SHARD = /^[0-9a-f]{2}$/;

export interface EarlierLifeParts {
  readonly fileSystem: FileSystem;
  readonly batches: FileBatches;
  readonly directory: string;
}

export class EarlierLife {
  readonly #parts: EarlierLifeParts;
  readonly #sinceMs: number;
  #folders: string[] | undefined;

  /** @param sinceMs all that was written before is synced */
  constructor(parts: EarlierLifeParts, sinceMs: number) {
    this.#parts = parts;
    this.#sinceMs = sinceMs;
  }

  /**
   * One folder more.
   * @returns whether it was the last
   * @throws what the disk throws; the folder is tried again then
   */
  async syncNext(): Promise<boolean> {
    const { fileSystem, batches, directory } = this.#parts;
    this.#folders ??= (await fileSystem.list(directory)).filter((name) => SHARD.test(name));
    const shard = this.#folders.at(-1);
    if (shard === undefined) return true;
    const folder = `${directory}/${shard}`;
    const names = await fileSystem.changedSince(folder, '.whole', this.#sinceMs);
    const results = names.length > 0 ? await batches.sync(names.map((name) => `${folder}/${name}`)) : [];
    for (const failure of results) if (failure && !isGone(failure)) throw failure;
    this.#folders.pop();
    return this.#folders.length === 0;
  }
}

/** From every whole file that was written later than this the name is taken; durable when it resolves. */
export async function distrustSince(
  { fileSystem, directory }: Omit<EarlierLifeParts, 'batches'>,
  timeMs: number,
): Promise<void> {
  for (const shard of await fileSystem.list(directory)) {
    if (!SHARD.test(shard)) continue;
    const folder = `${directory}/${shard}`;
    const changed = await fileSystem.changedSince(folder, '.whole', timeMs);
    for (const name of changed) {
      const stem = `${folder}/${name.slice(0, -'.whole'.length)}`;
      // Marks of an earlier file of this root would vouch for it.
      await fileSystem.remove(`${stem}.have`);
      await fileSystem.rename(`${stem}.whole`, `${stem}.data`);
    }
    if (changed.length > 0) await fileSystem.syncDirectory(folder);
  }
}

/** Removed meanwhile. */
const isGone = (error: Error): boolean => 'code' in error && error.code === 'ENOENT';
