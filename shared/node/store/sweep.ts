/** Clears the store's directory of what nobody needs: files of other roots, and what a crash left lying. */
import { setImmediate } from 'node:timers/promises';
import { type FileRoot, parseFileRoot } from '../../units.ts';
import type { FileSystem } from './file-system.ts';
import { toStoreError } from './store-error.ts';
import { TEMPORARY_SUFFIX } from './whole-file-writer.ts';

const SHARD = /^[0-9a-f]{2}$/;
const STORED = /^([0-9a-f]{64})\.(?:data|have|whole)$/;

/**
 * @param missing told of each kept root without a file of its own
 * @throws StoreError when a file cannot be removed; the rest is removed first
 */
export async function sweepDirectory(
  fileSystem: FileSystem,
  directory: string,
  keep: ReadonlySet<FileRoot>,
  missing: (root: FileRoot) => void,
): Promise<void> {
  let failed: unknown;
  const unseen = new Set(keep);
  const remove = async (path: string) => {
    await fileSystem.remove(path).catch((error: unknown) => {
      failed ??= error;
    });
  };
  for (const shard of await fileSystem.list(directory)) {
    if (SHARD.test(shard)) {
      // Others have their turn before the next: there may be ten thousand sets.
      await setImmediate();
      for (const name of await fileSystem.list(`${directory}/${shard}`)) {
        // Being written now.
        if (name.endsWith(TEMPORARY_SUFFIX)) continue;
        const root = rootOf(name, shard);
        if (root === undefined || !keep.has(root)) await remove(`${directory}/${shard}/${name}`);
        else if (!name.endsWith('.have')) unseen.delete(root);
      }
    } else if (shard.endsWith('.tmp')) await remove(`${directory}/${shard}`);
  }
  for (const root of unseen) missing(root);
  if (failed !== undefined) throw toStoreError(failed, `sweep ${directory}`);
}

function rootOf(name: string, shard: string): FileRoot | undefined {
  const root = parseFileRoot(STORED.exec(name)?.[1] ?? '');
  return root?.startsWith(shard) ? root : undefined;
}
