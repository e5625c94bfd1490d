/** Hashes a file for its torrent in one pass, in constant memory: SHA-1 per piece and the BEP 52 tree. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { concatBytes, toHex } from '../../bytes.ts';
import { invariant } from '../../errors.ts';
import type { HashedFile } from '../../metainfo/make.ts';
import { pieceHash, rootOfPieceLayer } from '../../metainfo/merkle.ts';
import type { FileRoot } from '../../units.ts';
import { leavesOf } from './leaves.ts';
import { nodeHashes } from './node-hashes.ts';

/** Bytes hashed between two turns of the event loop: about 1.5 ms of work. A multiple of the block. */
const READ_BYTES = 1_048_576;

/**
 * @param pieceLengthBytes a power of two from 16 KiB
 * @returns all but the name; the file must hold at least one byte and not change meanwhile
 * @throws the file system's error, or InternalError for an empty file
 */
export async function hashFile(path: string, pieceLengthBytes: number): Promise<Omit<HashedFile, 'name'>> {
  const file = await open(path, 'r');
  try {
    const hasher = new FileHasher(pieceLengthBytes);
    const buffer = new Uint8Array(READ_BYTES);
    for (let filled = buffer.length, at = 0; filled === buffer.length; at += filled) {
      filled = await fill(file, at, buffer);
      hasher.update(buffer.subarray(0, filled));
    }
    return hasher.finish();
  } finally {
    await file.close();
  }
}

/** A read may be short before the end of the file: goes on until the buffer is full or nothing comes. */
async function fill(file: FileHandle, startBytes: number, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, startBytes + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Takes a file's bytes in order, in parts of whole blocks; only the last part may end within one. */
class FileHasher {
  readonly #pieceLengthBytes: number;
  readonly #pieceHashesV1: Uint8Array[] = [];
  readonly #pieceLayer: Uint8Array[] = [];
  #lengthBytes = 0;
  #lastPieceHashV1: Uint8Array | undefined;
  /** The piece that is coming in. */
  #pieceBytes = 0;
  #sha1 = createHash('sha1');
  #leaves: Uint8Array[] = [];

  constructor(pieceLengthBytes: number) {
    this.#pieceLengthBytes = pieceLengthBytes;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#pieceLengthBytes - this.#pieceBytes);
      this.#sha1.update(part);
      this.#leaves.push(leavesOf(part));
      this.#pieceBytes += part.length;
      at += part.length;
      if (this.#pieceBytes === this.#pieceLengthBytes) this.#endPiece();
    }
  }

  finish(): Omit<HashedFile, 'name'> {
    if (this.#pieceBytes > 0) this.#endPiece();
    invariant(this.#lastPieceHashV1, 'a file of a set is not empty');
    const pieceLayer = concatBytes(this.#pieceLayer);
    return {
      lengthBytes: this.#lengthBytes,
      root: toHex(rootOfPieceLayer(pieceLayer, this.#pieceLengthBytes, nodeHashes.sha256)) as FileRoot,
      pieceLayer,
      pieceHashesV1: concatBytes(this.#pieceHashesV1),
      lastPieceHashV1: this.#lastPieceHashV1,
    };
  }

  #endPiece(): void {
    const paddingBytes = this.#pieceLengthBytes - this.#pieceBytes;
    const isOnlyPiece = paddingBytes > 0 && this.#lengthBytes === 0;
    this.#pieceLayer.push(
      pieceHash(concatBytes(this.#leaves), this.#pieceLengthBytes, isOnlyPiece, nodeHashes.sha256),
    );
    const padded = paddingBytes > 0 ? this.#sha1.copy().update(new Uint8Array(paddingBytes)) : undefined;
    this.#lastPieceHashV1 = this.#sha1.digest();
    this.#pieceHashesV1.push(padded?.digest() ?? this.#lastPieceHashV1);
    this.#lengthBytes += this.#pieceBytes;
    this.#pieceBytes = 0;
    this.#sha1 = createHash('sha1');
    this.#leaves = [];
  }
}
