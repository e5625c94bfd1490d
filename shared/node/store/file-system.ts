/**
 * The few calls the store makes to the disk, as an interface, so that a test can let the n-th of them fail
 * (threat row 51). Errors are Node's, with `code`.
 */

import { closeSync, constants, fsync, openSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, stat, unlink } from 'node:fs/promises';
import { type FileBatches, ThreadBatches } from './file-batches.ts';
import { NodeFile, openNumber, settle } from './node-file.ts';
import { errnoOf } from './store-error.ts';

export interface OpenFile {
  /** @returns bytes read; fewer than asked only at the end of the file. */
  read(into: Uint8Array, offsetBytes: number): Promise<number>;
  /** Writes all chunks one after the other. */
  write(chunks: readonly Uint8Array[], offsetBytes: number): Promise<void>;
  /** fdatasync: contents, and the length if it has grown. */
  sync(): Promise<void>;
  truncate(lengthBytes: number): Promise<void>;
  lengthBytes(): Promise<number>;
  /** Another one whenever somebody wrote to the file: inode, length, and when it was changed (to the tick of the clock). */
  identity(): string;
  close(): Promise<void>;
}

export interface FileSystem {
  /** For reading and writing. */
  open(path: string, create: boolean): Promise<OpenFile>;
  /** The start of a file that nobody may be allowed to write to, as Latin-1. */
  readText(path: string, maxBytes: number): Promise<string>;
  /** Length of a file; undefined when there is none. */
  lengthOf(path: string): Promise<number | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** No error when there is no such file. */
  remove(path: string): Promise<void>;
  /** With parents; no error when it stands already. */
  makeDirectory(path: string): Promise<void>;
  /** Names in a directory; none when there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** Makes renames and new names in the directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Names in a directory with this end, of files that were written later (mtime, milliseconds). */
  changedSince(path: string, suffix: string, timeMs: number): Promise<readonly string[]>;
  /** A way to write many small files at once, for one store; it must be closed. */
  batches(): FileBatches;
}

async function unlessAbsent<T>(call: Promise<T>, absent: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return absent;
    throw error;
  }
}

// At once: some hundred files of one folder are a millisecond, a turn through the thread pool each would be thirty.
const namesIn = async (path: string): Promise<readonly string[]> => readdirSync(path);

export const nodeFileSystem: FileSystem = {
  // What stands is opened at once: a turn through the thread pool was 0.4 ms of a first request's wait, or 25 on a busy machine.
  open: async (path, create) => {
    if (!create) return new NodeFile(openSync(path, constants.O_RDWR));
    return new NodeFile(await openNumber(path, constants.O_RDWR | constants.O_CREAT));
  },
  readText: async (path, maxBytes) => {
    const file = new NodeFile(await openNumber(path, constants.O_RDONLY));
    try {
      const bytes = Buffer.alloc(maxBytes);
      return bytes.toString('latin1', 0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  },
  lengthOf: async (path) =>
    await unlessAbsent(
      stat(path).then((found) => found.size as number | undefined),
      undefined,
    ),
  rename,
  remove: async (path) => await unlessAbsent(unlink(path), undefined),
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true });
  },
  list: async (path) => await unlessAbsent(namesIn(path), []),
  syncDirectory: async (path) => {
    const directory = await openNumber(path, constants.O_RDONLY);
    try {
      await settle((done) => fsync(directory, done));
    } finally {
      closeSync(directory);
    }
  },
  changedSince: async (path, suffix, timeMs) =>
    (await namesIn(path)).filter(
      (name) => name.endsWith(suffix) && statSync(`${path}/${name}`).mtimeMs > timeMs,
    ),
  batches: () => new ThreadBatches(),
};
