/** Taking over a file that is complete and verified: by rename, and durable. */
import type { FileState } from './file-state.ts';
import type { FileSystem } from './file-system.ts';
import { StoreError, toStoreError } from './store-error.ts';

/** @returns its identity under the new name, before anybody else could have opened it there */
export async function takeOver(fileSystem: FileSystem, state: FileState, path: string): Promise<string> {
  const { file, paths } = state;
  const source = await fileSystem.open(path, false);
  try {
    const lengthBytes = await source.lengthBytes();
    if (lengthBytes !== file.lengthBytes)
      throw new StoreError('store_mismatch', `${path} has ${lengthBytes} bytes, not ${file.lengthBytes}`);
    await source.sync();
    await fileSystem.makeDirectory(paths.directory);
    state.isOnDisk = true;
    await fileSystem.rename(path, paths.whole);
    state.isNamedWhole = true;
    const identity = source.identity();
    await fileSystem.syncDirectory(paths.directory);
    return identity;
  } finally {
    await source.close();
  }
}

/** What an earlier, unfinished file of this root left. */
export async function removeParts(
  fileSystem: FileSystem,
  { file, paths }: FileState,
  onError: (error: StoreError) => void,
): Promise<void> {
  try {
    await fileSystem.remove(paths.have);
    await fileSystem.remove(paths.data);
  } catch (cause) {
    onError(toStoreError(cause, `tidy ${file.root}`));
  }
}
