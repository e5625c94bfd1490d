/**
 * Notes of which image sets lie whole on disk, synced: DATA/complete, one line for each that came (`+`) or went
 * (`-`). With them a start looks at no torrent and no piece of ten thousand sets; it is a hint and no proof, since
 * the piece store is asked what it has before the first byte of a set leaves it.
 */
import { dirname, join } from 'node:path';
import { fromLatin1, fromUtf8 } from '../../shared/bytes.ts';
import { type FileSystem, nodeFileSystem } from '../../shared/node/store/file-system.ts';
import { BLOCK_BYTES, type InfoHash, parseInfoHash } from '../../shared/units.ts';
import { readIfThere, writeDurably } from '../durable-file.ts';

/** A million sets; a longer file is none of ours. */
const MAX_BYTES = 64 * 1_048_576;
const LINE = /^([+-])([0-9a-f]{40}) ([0-9]{1,9})$/;

export class CompleteSets {
  readonly #path: string;
  readonly #files: FileSystem;
  /** Piece length of each torrent: the catalog's entry says all else. */
  readonly #pieceLengths: Map<InfoHash, number>;
  #lengthBytes: number;
  #pending: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, files: FileSystem, pieceLengths: Map<InfoHash, number>, length: number) {
    this.#path = path;
    this.#files = files;
    this.#pieceLengths = pieceLengths;
    this.#lengthBytes = length;
  }

  /**
   * @param isJoined notes of other sets are dropped: their pieces may have gone with them
   * @throws the file system's error when the notes cannot be read
   */
  static async open(
    dataFolder: string,
    isJoined: (infoHash: InfoHash) => boolean,
    files: FileSystem = nodeFileSystem,
  ): Promise<CompleteSets> {
    const path = join(dataFolder, 'complete');
    const bytes = (await readIfThere(path, MAX_BYTES, files)) ?? new Uint8Array();
    const { pieceLengths, lines } = parseNotes(bytes);
    const sets = new CompleteSets(path, files, pieceLengths, bytes.length);
    for (const infoHash of pieceLengths.keys()) if (!isJoined(infoHash)) sets.remove(infoHash);
    // Lines of sets that went are dropped. A disk that refuses gets them told with the next flush.
    if (lines !== pieceLengths.size) await sets.#rewrite().catch(() => {});
    return sets;
  }

  get size(): number {
    return this.#pieceLengths.size;
  }

  /** Undefined: not known to be whole. */
  pieceLengthOf(infoHash: InfoHash): number | undefined {
    return this.#pieceLengths.get(infoHash);
  }

  /** Only for a set whose pieces are synced. Written with the next {@link flush}. */
  add(infoHash: InfoHash, pieceLengthBytes: number): void {
    if (this.#pieceLengths.get(infoHash) === pieceLengthBytes) return;
    this.#pieceLengths.set(infoHash, pieceLengthBytes);
    this.#pending.push(line('+', infoHash, pieceLengthBytes));
  }

  remove(infoHash: InfoHash): void {
    if (this.#pieceLengths.delete(infoHash)) this.#pending.push(line('-', infoHash, 0));
  }

  /** Resolves when all that was said so far is on disk; what the disk refuses goes with the next flush. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(
      () => this.#append(),
      () => this.#append(),
    );
    return this.#writing;
  }

  async #append(): Promise<void> {
    if (this.#pending.length === 0) return;
    const lines = this.#pending;
    const bytes = fromLatin1(lines.join(''));
    const file = await this.#files.open(this.#path, true);
    try {
      await file.write([bytes], this.#lengthBytes);
      await file.sync();
    } finally {
      await file.close();
    }
    // Its name may be new.
    if (this.#lengthBytes === 0) await this.#files.syncDirectory(dirname(this.#path));
    this.#lengthBytes += bytes.length;
    this.#pending = this.#pending.slice(lines.length);
  }

  async #rewrite(): Promise<void> {
    const lines = [...this.#pieceLengths].map(([infoHash, length]) => line('+', infoHash, length));
    const bytes = fromUtf8(lines.join(''));
    await writeDurably(this.#path, bytes, this.#files);
    this.#lengthBytes = bytes.length;
    this.#pending = [];
  }
}

const line = (sign: '+' | '-', infoHash: InfoHash, pieceLengthBytes: number): string =>
  `${sign}${infoHash} ${pieceLengthBytes}\n`;

/** Up to the first line that is none: a crash may leave a torn end. */
function parseNotes(bytes: Uint8Array): { pieceLengths: Map<InfoHash, number>; lines: number } {
  const pieceLengths = new Map<InfoHash, number>();
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').split('\n');
  // After the last line's end there is nothing, or a torn line.
  let lines = texts.pop() === '' ? 0 : 1;
  for (const text of texts) {
    lines++;
    const [, sign, hash, length] = LINE.exec(text) ?? [];
    const infoHash = parseInfoHash(hash ?? '');
    if (infoHash === undefined) break;
    if (sign === '-') pieceLengths.delete(infoHash);
    else if (isPieceLength(Number(length))) pieceLengths.set(infoHash, Number(length));
  }
  return { pieceLengths, lines };
}

const isPieceLength = (bytes: number): boolean =>
  bytes >= BLOCK_BYTES && bytes <= 16 * 1_048_576 && Number.isInteger(Math.log2(bytes));
