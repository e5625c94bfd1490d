/**
 * Node's file system whose n-th call of some kinds fails, as a full or broken disk would (threat row 51). A
 * failing write puts half of its bytes on the disk first: that is what a torn write leaves.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { concatBytes } from '../../shared/bytes.ts';
import type { FileBatches } from '../../shared/node/store/file-batches.ts';
import { type FileSystem, nodeFileSystem, type OpenFile } from '../../shared/node/store/file-system.ts';

export type DiskCall =
  | 'open'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'rename'
  | 'remove'
  | 'makeDirectory';

export interface FailingFileSystem extends FileSystem {
  /** Calls seen so far, of the kinds that may fail. */
  readonly calls: () => number;
  /** Arms the failure: the n-th call from now on (1 = the next) fails, and all after it if `forGood`. */
  readonly failAt: (n: number, errno: string, forGood: boolean) => void;
}

export function failingFileSystem(kinds: readonly DiskCall[]): FailingFileSystem {
  let seen = 0;
  let failing = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY, errno: 'EIO' };
  const fails = (kind: DiskCall): Error | undefined => {
    if (!kinds.includes(kind)) return undefined;
    seen++;
    if (seen < failing.from || seen > failing.to) return undefined;
    return Object.assign(new Error(`${failing.errno}: ${kind}`), { code: failing.errno });
  };
  const attempt = async <T>(kind: DiskCall, call: () => Promise<T>): Promise<T> => {
    const error = fails(kind);
    if (error) throw error;
    return await call();
  };
  const wrap = (file: OpenFile): OpenFile => ({
    read: (into, offset) => attempt('read', () => file.read(into, offset)),
    write: async (chunks, offset) => {
      const error = fails('write');
      if (!error) return await file.write(chunks, offset);
      const whole = concatBytes(chunks);
      await file.write([whole.subarray(0, whole.length >> 1)], offset);
      throw error;
    },
    sync: () => attempt('sync', () => file.sync()),
    truncate: (length) => attempt('truncate', () => file.truncate(length)),
    lengthBytes: () => file.lengthBytes(),
    identity: () => file.identity(),
    close: () => file.close(),
  });
  /** Each file of a batch counts as the calls it stands for. */
  const wrapBatches = (batches: FileBatches): FileBatches => ({
    writeWhole: async (files) => {
      const errors = files.map(({ temporaryPath, chunks }) => {
        const early = fails('open');
        if (early) return early;
        const error = fails('write') ?? fails('rename');
        const whole = concatBytes(chunks);
        if (error && existsSync(dirname(temporaryPath)))
          writeFileSync(temporaryPath, whole.subarray(0, whole.length >> 1));
        return error;
      });
      const done = await batches.writeWhole(files.filter((_file, index) => !errors[index]));
      const rest = [...done];
      return errors.map((error) => error ?? rest.shift());
    },
    sync: async (paths) => {
      const errors = paths.map(() => fails('sync'));
      const done = await batches.sync(paths);
      return errors.map((error, index) => error ?? done[index]);
    },
    close: () => batches.close(),
  });
  return {
    ...nodeFileSystem,
    batches: () => wrapBatches(nodeFileSystem.batches()),
    open: (path, create) => attempt('open', async () => wrap(await nodeFileSystem.open(path, create))),
    readText: (path, maxBytes) => attempt('read', () => nodeFileSystem.readText(path, maxBytes)),
    rename: (from, to) => attempt('rename', () => nodeFileSystem.rename(from, to)),
    remove: (path) => attempt('remove', () => nodeFileSystem.remove(path)),
    makeDirectory: (path) => attempt('makeDirectory', () => nodeFileSystem.makeDirectory(path)),
    syncDirectory: (path) => attempt('sync', () => nodeFileSystem.syncDirectory(path)),
    calls: () => seen,
    failAt: (n, errno, forGood) => {
      failing = { from: seen + n, to: forGood ? Number.POSITIVE_INFINITY : seen + n, errno };
    },
  };
}
