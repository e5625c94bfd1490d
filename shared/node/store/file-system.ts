/**
 * The few calls the store makes to the disk, as an interface, so that a test can let the n-th of them fail
 * (threat row 51). Errors are Node's, with `code`.
 */

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
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
  close(): Promise<void>;
}

export interface FileSystem {
  /** For reading and writing. */
  open(path: string, create: boolean): Promise<OpenFile>;
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
}

/** Node's open file. writev may write less than asked, as POSIX allows, so it goes on until all is written. */
class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Uint8Array, offsetBytes: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#handle.read(into, done, into.length - done, offsetBytes + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(chunks: readonly Uint8Array[], offsetBytes: number): Promise<void> {
    let rest = chunks;
    let at = offsetBytes;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, at);
      at += bytesWritten;
      rest = dropBytes(rest, bytesWritten);
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async truncate(lengthBytes: number): Promise<void> {
    await this.#handle.truncate(lengthBytes);
  }

  async lengthBytes(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** What is left of the chunks after their first `count` bytes. */
export function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}

async function unlessAbsent<T>(call: Promise<T>, absent: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return absent;
    throw error;
  }
}

export const nodeFileSystem: FileSystem = {
  open: async (path, create) =>
    new NodeFile(await open(path, create ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR, 0o644)),
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
  list: async (path) => await unlessAbsent(readdir(path), []),
  syncDirectory: async (path) => {
    const directory = await open(path, constants.O_RDONLY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
