/** An open file of the store. */
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncate,
  type NoParamCallback,
  open,
  read,
  readSync,
  writev,
} from 'node:fs';
import type { OpenFile } from './file-system.ts';

/** A shopper's rendition mostly. */
const SMALL_BYTES = 65_536;

/**
 * An open file, by its number: Node's FileHandle costs about twice the CPU per call, and a store makes many small
 * ones. writev may write less than asked, as POSIX allows, so it goes on until all is written.
 */
export class NodeFile implements OpenFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A little of it at once: a turn through the thread pool takes ten times as long, and opening waited for the same disk. */
  async read(into: Uint8Array, offsetBytes: number): Promise<number> {
    let done = into.length > SMALL_BYTES ? 0 : readSync(this.#fd, into, 0, into.length, offsetBytes);
    while (done < into.length) {
      const bytesRead = await this.#readOnce(into, done, offsetBytes + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(chunks: readonly Uint8Array[], offsetBytes: number): Promise<void> {
    let rest = chunks;
    let at = offsetBytes;
    while (rest.length > 0) {
      const bytesWritten = await this.#writeOnce(rest, at);
      at += bytesWritten;
      rest = dropBytes(rest, bytesWritten);
    }
  }

  sync(): Promise<void> {
    return settle((done) => fdatasync(this.#fd, done));
  }

  truncate(lengthBytes: number): Promise<void> {
    return settle((done) => ftruncate(this.#fd, lengthBytes, done));
  }

  /** At once: opening the file has read what the disk knows of it. */
  async lengthBytes(): Promise<number> {
    return fstatSync(this.#fd).size;
  }

  identity(): string {
    const { ino, size, mtimeNs, ctimeNs } = fstatSync(this.#fd, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  }

  /** At once: closing a local file writes nothing, and a turn through the thread pool costs twenty times as much. */
  async close(): Promise<void> {
    closeSync(this.#fd);
  }

  #readOnce(into: Uint8Array, done: number, offsetBytes: number): Promise<number> {
    return new Promise((resolve, reject) =>
      read(this.#fd, into, done, into.length - done, offsetBytes, (error, bytesRead) =>
        error ? reject(error) : resolve(bytesRead),
      ),
    );
  }

  #writeOnce(chunks: readonly Uint8Array[], offsetBytes: number): Promise<number> {
    return new Promise((resolve, reject) =>
      writev(this.#fd, chunks, offsetBytes, (error, bytesWritten) =>
        error ? reject(error) : resolve(bytesWritten),
      ),
    );
  }
}

export function settle(call: (done: NoParamCallback) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

/** @returns the file's number */
export function openNumber(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) =>
    open(path, flags, 0o644, (error, fd) => (error ? reject(error) : resolve(fd))),
  );
}

/** What is left of the chunks after their first `count` bytes. */
function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
