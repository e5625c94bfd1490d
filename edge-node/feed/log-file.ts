/**
 * The log on disk: one signed entry a line, appended and synced. A crash can leave a torn last line; opening finds
 * it and cuts it off, and the feed sends that entry again.
 */
import { dirname } from 'node:path';
import type { Signed } from '../../shared/log/entry.ts';
import { type FileSystem, nodeFileSystem, type OpenFile } from '../../shared/node/store/file-system.ts';

/** Longest line read: a frame of the feed holds 1 MiB at most, and each entry comes in one. */
export const MAX_LINE_BYTES = 1_048_576;
const READ_BYTES = 262_144;
const NEWLINE = 0x0a;

export class LogFile {
  readonly #file: OpenFile;
  /**
   * Where each stored line ends. The last is where the next append starts: what a failed write left is simply
   * written over.
   */
  readonly #ends: number[];
  /** Lines not yet on disk, because the disk refused them: they go with the next append. */
  #pending: string[] = [];
  /** Bytes cut off at opening: a torn line, or a line that did not verify and all that followed it. */
  readonly cutBytes: number;

  private constructor(file: OpenFile, ends: number[], cutBytes: number) {
    this.#file = file;
    this.#ends = ends;
    this.cutBytes = cutBytes;
  }

  /**
   * @param accept called with each stored entry in order; false cuts the file before this entry, because nothing
   *   after a broken link of the chain can be verified
   */
  static async open(
    path: string,
    accept: (signed: Signed) => boolean,
    files: FileSystem = nodeFileSystem,
  ): Promise<LogFile> {
    const file = await files.open(path, true);
    try {
      const ends = await readLines(file, accept);
      const goodBytes = ends.at(-1) ?? 0;
      const lengthBytes = await file.lengthBytes();
      if (lengthBytes > goodBytes) await file.truncate(goodBytes);
      await file.sync();
      await files.syncDirectory(dirname(path));
      return new LogFile(file, ends, lengthBytes - goodBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Entries that lie on disk. */
  get count(): number {
    return this.#ends.length;
  }

  /**
   * Durable when it resolves. Rejects when the disk refuses; the entries are then kept in memory and written with
   * the next append, so a full disk costs a restart some of the log but never its order. One call at a time.
   */
  async append(entries: readonly Signed[]): Promise<void> {
    for (const { body, signature } of entries) this.#pending.push(`${JSON.stringify({ body, signature })}\n`);
    if (this.#pending.length === 0) return;
    const lines = this.#pending.map((line) => Buffer.from(line));
    let end = this.#ends.at(-1) ?? 0;
    await this.#file.write([Buffer.concat(lines)], end);
    await this.#file.sync();
    for (const line of lines) {
      end += line.length;
      this.#ends.push(end);
    }
    this.#pending = [];
  }

  /**
   * Deletes all entries after the first `count`; durable when it resolves.
   * @returns bytes deleted on disk
   */
  async rewind(count: number): Promise<number> {
    this.#pending.length = Math.max(0, Math.min(this.#pending.length, count - this.#ends.length));
    if (count >= this.#ends.length) return 0;
    const before = this.#ends.at(-1) ?? 0;
    this.#ends.length = count;
    const after = this.#ends.at(-1) ?? 0;
    await this.#file.truncate(after);
    await this.#file.sync();
    return before - after;
  }

  /** All entries that count again, in order: stored ones, and those that the disk refused so far. */
  async replay(take: (signed: Signed) => void): Promise<void> {
    let left = this.#ends.length;
    await readLines(this.#file, (signed) => {
      // A rewind that the disk refused has left its entries there.
      if (--left < 0) return false;
      take(signed);
      return true;
    });
    for (const line of this.#pending) take(parseLine(line) as Signed);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Where each line ends that was taken, up to the first that was not. */
async function readLines(file: OpenFile, take: (signed: Signed) => boolean): Promise<number[]> {
  const chunk = Buffer.allocUnsafe(READ_BYTES);
  const ends: number[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  for (;;) {
    const readBytes = await file.read(chunk, position);
    if (readBytes === 0) return ends;
    position += readBytes;
    rest = Buffer.concat([rest, chunk.subarray(0, readBytes)]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, start)) {
      const signed = parseLine(rest.toString('utf8', start, end));
      if (signed === undefined || !take(signed)) return ends;
      ends.push((ends.at(-1) ?? 0) + end + 1 - start);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES) return ends;
  }
}

function parseLine(line: string): Signed | undefined {
  try {
    const { body, signature } = JSON.parse(line) as { body?: unknown; signature?: unknown };
    return typeof body === 'string' && typeof signature === 'string' ? { body, signature } : undefined;
  } catch {
    return undefined;
  }
}
