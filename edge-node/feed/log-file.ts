/**
 * The log on disk: one signed entry a line, appended and synced, never rewritten. A crash can leave a torn last
 * line; opening finds it and cuts it off, and the feed sends that entry again.
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
  /** Where the good lines end and the next append starts: a failed write is simply written over. */
  #sizeBytes: number;
  /** Lines not yet on disk, because the disk refused them: they go with the next append. */
  #pending: string[] = [];
  /** Bytes cut off at opening: a torn line, or a line that did not verify and all that followed it. */
  readonly cutBytes: number;

  private constructor(file: OpenFile, sizeBytes: number, cutBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
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
      const goodBytes = await readLines(file, (line) => {
        const signed = parseLine(line);
        return signed !== undefined && accept(signed);
      });
      const lengthBytes = await file.lengthBytes();
      if (lengthBytes > goodBytes) await file.truncate(goodBytes);
      await file.sync();
      await files.syncDirectory(dirname(path));
      return new LogFile(file, goodBytes, lengthBytes - goodBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Durable when it resolves. Rejects when the disk refuses; the entries are then kept in memory and written with
   * the next append, so a full disk costs a restart some of the log but never its order. One call at a time.
   */
  async append(entries: readonly Signed[]): Promise<void> {
    for (const { body, signature } of entries) this.#pending.push(`${JSON.stringify({ body, signature })}\n`);
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(''));
    await this.#file.write([bytes], this.#sizeBytes);
    await this.#file.sync();
    this.#sizeBytes += bytes.length;
    this.#pending = [];
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Bytes of the lines taken, up to the first that was not. */
async function readLines(file: OpenFile, take: (line: string) => boolean): Promise<number> {
  const chunk = Buffer.allocUnsafe(READ_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  let goodBytes = 0;
  for (;;) {
    const readBytes = await file.read(chunk, position);
    if (readBytes === 0) return goodBytes;
    position += readBytes;
    rest = Buffer.concat([rest, chunk.subarray(0, readBytes)]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, start)) {
      if (!take(rest.toString('utf8', start, end))) return goodBytes;
      goodBytes += end + 1 - start;
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES) return goodBytes;
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
