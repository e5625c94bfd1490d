/** Image sets of a simulated shop. All hosts share one array of true bytes: a host keeps only what it holds. */
import { Geometry } from '../../shared/geometry.ts';
import { pieceLengthFor } from '../../shared/metainfo/make.ts';
import type { Random } from '../../shared/random.ts';
import { BLOCK_BYTES, type InfoHash, type InfoHashV2, type PieceIndex } from '../../shared/units.ts';

export interface SimTorrent {
  readonly number: number;
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  readonly geometry: Geometry;
  /** The true content of each piece. */
  readonly pieces: readonly Uint8Array[];
}

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.integer(16).toString(16)).join('');

/** Widths 320 to 2560 double in area: so do, about, the bytes of a set's renditions. */
const LADDER_SHARES = [1, 2, 4, 8, 16];

/** A ladder of renditions with about so many bytes together. */
export function ladderOf(setBytes: number): number[] {
  const whole = LADDER_SHARES.reduce((sum, share) => sum + share, 0);
  const lengths = LADDER_SHARES.map((share) => Math.max(1, Math.floor((setBytes * share) / whole)));
  lengths.push(Math.max(1, setBytes - lengths.reduce((sum, length) => sum + length, 0)));
  return lengths;
}

export function makeTorrent(
  number: number,
  files: readonly number[],
  random: Random,
  pieceLengthBytes = pieceLengthFor(files.reduce((sum, length) => sum + length, 0)),
): SimTorrent {
  const geometry = new Geometry(pieceLengthBytes, files);
  const content = new Uint8Array(geometry.contentBytes);
  // Enough to tell every block from every other; filling all bytes would only cost time.
  for (let at = 0; at < content.length; at += 512) content[at] = random.integer(256);
  let offset = 0;
  const pieces = Array.from({ length: geometry.pieceCount }, (_, piece) => {
    const start = offset;
    offset += geometry.contentLength(piece as PieceIndex);
    return content.subarray(start, offset);
  });
  const infoHash = hex(random, 40) as InfoHash;
  return { number, infoHash, infoHashV2: hex(random, 64) as InfoHashV2, geometry, pieces };
}

const LEAF_BYTES = 32;

/**
 * Stands for the SHA-256 leaves: zeros for a true block, a checksum for a wrong one. Equal where the true ones
 * are, which is all that the search for a liar asks of them.
 */
export function leavesBesideTruth(bytes: Uint8Array, truth: Uint8Array): Uint8Array {
  const leaves = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * LEAF_BYTES);
  for (let begin = 0, leaf = 0; begin < bytes.length; begin += BLOCK_BYTES, leaf += LEAF_BYTES) {
    const block = bytes.subarray(begin, begin + BLOCK_BYTES);
    if (isSame(block, truth.subarray(begin, begin + BLOCK_BYTES))) continue;
    leaves[leaf] = 1;
    new DataView(leaves.buffer).setUint32(leaf + 4, checksum(block));
  }
  return leaves;
}

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** FNV-1a (Fowler, Noll, Vo), 32 bits. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
