/** Clears the store's directory of what nobody needs: files of other roots, and what a crash left lying. */
import { type FileRoot, parseFileRoot } from '../../units.ts';
import type { FileSystem } from './file-system.ts';
import { toStoreError } from './store-error.ts';

const SHARD = /^[0-9a-f]{2}$/;
const STORED = /^([0-9a-f]{64})\.(?:data|have)$/;

/** @throws StoreError when a file cannot be removed; the rest is removed first */
export async function sweepDirectory(
  fileSystem: FileSystem,
  directory: string,
  keep: ReadonlySet<FileRoot>,
): Promise<void> {
  let failed: unknown;
  const remove = async (path: string) => {
    await fileSystem.remove(path).catch((error: unknown) => {
      failed ??= error;
    });
  };
  for (const shard of await fileSystem.list(directory)) {
    if (SHARD.test(shard)) {
      for (const name of await fileSystem.list(`${directory}/${shard}`))
        if (!isKept(name, shard, keep)) await remove(`${directory}/${shard}/${name}`);
    } else if (shard.endsWith('.tmp')) await remove(`${directory}/${shard}`);
  }
  if (failed !== undefined) throw toStoreError(failed, `sweep ${directory}`);
}

function isKept(name: string, shard: string, keep: ReadonlySet<FileRoot>): boolean {
  const root = parseFileRoot(STORED.exec(name)?.[1] ?? '');
  return root?.startsWith(shard) === true && keep.has(root);
}
