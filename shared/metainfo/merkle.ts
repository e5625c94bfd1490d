/**
 * Merkle trees of BEP 52: leaves are SHA-256 of a file's 16 KiB blocks (the last one as short as it is), leaves
 * past the file's end are 32 zero bytes, and the "piece layer" is the layer whose nodes cover one piece each.
 * Layers are 32-byte hashes, one after the other.
 */
import { invariant } from '../errors.ts';
import { BLOCK_BYTES } from '../units.ts';

export const MERKLE_HASH_BYTES = 32;

type Sha256 = (bytes: Uint8Array) => Uint8Array;

/**
 * Merkle hash of one piece from its leaves. In a file of several pieces each piece is a full subtree; the only
 * piece of a small file is the whole tree, no higher than its leaves need, so this is then the file root.
 */
export function pieceHash(
  leaves: Uint8Array,
  pieceLengthBytes: number,
  isOnlyPiece: boolean,
  sha256: Sha256,
): Uint8Array {
  const height = heightOf(isOnlyPiece ? hashCount(leaves) : pieceLengthBytes / BLOCK_BYTES);
  return climb(leaves, height, new Uint8Array(MERKLE_HASH_BYTES), sha256);
}

/** File root from its piece layer; the layer of a one-piece file is its root. */
export function rootOfPieceLayer(layer: Uint8Array, pieceLengthBytes: number, sha256: Sha256): Uint8Array {
  const emptyPiece = pieceHash(new Uint8Array(MERKLE_HASH_BYTES), pieceLengthBytes, false, sha256);
  return climb(layer, heightOf(hashCount(layer)), emptyPiece, sha256);
}

/** Levels between `width` nodes and the root above them, the width rounded up to a power of two. */
export function heightOf(width: number): number {
  let height = 0;
  while (2 ** height < width) height++;
  return height;
}

function hashCount(layer: Uint8Array): number {
  const count = layer.length / MERKLE_HASH_BYTES;
  invariant(count >= 1 && Number.isInteger(count), 'merkle layer length');
  return count;
}

/** Goes up `height` levels; `pad` stands for each node of the lowest level that is past the file's end. */
function climb(layer: Uint8Array, height: number, pad: Uint8Array, sha256: Sha256): Uint8Array {
  invariant(hashCount(layer) <= 2 ** height, 'merkle layer too wide');
  let below = layer;
  let padBelow = pad;
  for (let level = 0; level < height; level++) {
    const count = below.length / MERKLE_HASH_BYTES;
    const above = new Uint8Array(Math.ceil(count / 2) * MERKLE_HASH_BYTES);
    for (let i = 0; i < count; i += 2) {
      const at = i * MERKLE_HASH_BYTES;
      const parent = i + 1 < count ? below.subarray(at, at + 64) : pair(below.subarray(at), padBelow);
      above.set(sha256(parent), at / 2);
    }
    below = above;
    if (level + 1 < height) padBelow = sha256(pair(padBelow, padBelow));
  }
  return below.slice();
}

function pair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * MERKLE_HASH_BYTES);
  both.set(left);
  both.set(right, MERKLE_HASH_BYTES);
  return both;
}
