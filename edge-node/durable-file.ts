/** Small files that are either the old or the new one after kill -9, never something between. */
import { dirname } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../shared/node/store/file-system.ts';

let written = 0;

/** Writes beside the target, syncs, renames over it, syncs the folder. Rejects with the system's error. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  files: FileSystem = nodeFileSystem,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${written++}.tmp`;
  try {
    const file = await files.open(temporary, true);
    try {
      await file.truncate(0);
      await file.write([bytes], 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await files.remove(temporary).catch(() => {});
    throw error;
  }
  await files.syncDirectory(dirname(path));
}

/**
 * The file's bytes; undefined when there is none, or when it is longer than `maxBytes`: we did not write that.
 */
export async function readIfThere(
  path: string,
  maxBytes: number,
  files: FileSystem = nodeFileSystem,
): Promise<Uint8Array | undefined> {
  const lengthBytes = await files.lengthOf(path);
  if (lengthBytes === undefined || lengthBytes > maxBytes) return undefined;
  const file = await files.open(path, false);
  try {
    const bytes = new Uint8Array(lengthBytes);
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}
