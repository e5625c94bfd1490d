/** Leaves of the BEP 52 tree: SHA-256 of each 16 KiB block. */
import { toHex } from '../../bytes.ts';
import { MERKLE_HASH_BYTES, rootOfPieceLayer } from '../../metainfo/merkle.ts';
import { BLOCK_BYTES } from '../../units.ts';
import { nodeHashes } from './node-hashes.ts';

/** 32 bytes for each block of `bytes`; the last block may be short, as at the end of a file. */
export function leavesOf(bytes: Uint8Array): Uint8Array {
  const leaves = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * MERKLE_HASH_BYTES);
  for (let at = 0, leaf = 0; at < bytes.length; at += BLOCK_BYTES, leaf += MERKLE_HASH_BYTES)
    leaves.set(nodeHashes.sha256(bytes.subarray(at, at + BLOCK_BYTES)), leaf);
  return leaves;
}

/** The file's root in hex, of all its leaves. */
export const rootOfLeaves = (leaves: Uint8Array): string =>
  toHex(rootOfPieceLayer(leaves, BLOCK_BYTES, nodeHashes.sha256));

export const rootOfBytes = (bytes: Uint8Array): string => rootOfLeaves(leavesOf(bytes));
