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

/** Bytes hashed between two turns of the event loop: about 1.5 ms of work. */
const READ_BYTES = 1_048_576;

/**
 * @param pieceLengthBytes a power of two from 16 KiB
 * @returns all but the name; the file must hold at least one byte and not change meanwhile
 * @throws the file system's error, or InternalError for an empty file
 */
export async function hashFile(path: string, pieceLengthBytes: number): Promise<Omit<HashedFile, 'name'>> {
  const file = await open(path, 'r');
  try {
    return await hashPieces(file, pieceLengthBytes);
  } finally {
    await file.close();
  }
}

interface PieceSums {
  readonly lengthBytes: number;
  readonly leaves: Uint8Array;
  readonly hashV1: Uint8Array;
  readonly paddedHashV1: Uint8Array;
}

async function hashPieces(file: FileHandle, pieceLengthBytes: number): Promise<Omit<HashedFile, 'name'>> {
  const buffer = new Uint8Array(Math.min(READ_BYTES, pieceLengthBytes));
  const hashesV1: Uint8Array[] = [];
  const layer: Uint8Array[] = [];
  let lengthBytes = 0;
  let piece: PieceSums | undefined;
  for (;;) {
    const next = await hashPiece(file, lengthBytes, pieceLengthBytes, buffer);
    if (next.lengthBytes === 0) break;
    piece = next;
    const isOnlyPiece = lengthBytes === 0 && next.lengthBytes < pieceLengthBytes;
    lengthBytes += next.lengthBytes;
    hashesV1.push(next.paddedHashV1);
    layer.push(pieceHash(next.leaves, pieceLengthBytes, isOnlyPiece, nodeHashes.sha256));
  }
  invariant(piece, 'a file of a set is not empty');
  const pieceLayer = concatBytes(layer);
  return {
    lengthBytes,
    root: toHex(rootOfPieceLayer(pieceLayer, pieceLengthBytes, nodeHashes.sha256)) as FileRoot,
    pieceLayer,
    pieceHashesV1: concatBytes(hashesV1),
    lastPieceHashV1: piece.hashV1,
  };
}

/** Reads one piece, a buffer at a time; fewer bytes than a piece mean the end of the file. */
async function hashPiece(
  file: FileHandle,
  startBytes: number,
  pieceLengthBytes: number,
  buffer: Uint8Array,
): Promise<PieceSums> {
  const sha1 = createHash('sha1');
  const leaves: Uint8Array[] = [];
  let lengthBytes = 0;
  while (lengthBytes < pieceLengthBytes) {
    const filled = await fill(file, startBytes + lengthBytes, buffer);
    const bytes = buffer.subarray(0, filled);
    sha1.update(bytes);
    leaves.push(leavesOf(bytes));
    lengthBytes += filled;
    if (filled < buffer.length) break;
  }
  const hashV1 = sha1.copy().digest();
  if (lengthBytes < pieceLengthBytes) sha1.update(new Uint8Array(pieceLengthBytes - lengthBytes));
  return { lengthBytes, leaves: concatBytes(leaves), hashV1, paddedHashV1: sha1.digest() };
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
