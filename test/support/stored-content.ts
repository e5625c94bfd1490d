/** Random files for the store's tests, with the root and leaf hashes that a torrent would give them. */
import { createHash } from 'node:crypto';
import { rootOfBytes } from '../../shared/node/hashing/leaves.ts';
import type { StoredFile } from '../../shared/node/store/piece-store.ts';
import { seededRandom } from '../../shared/random.ts';
import { BLOCK_BYTES, type FileRoot } from '../../shared/units.ts';

export interface Content {
  readonly file: StoredFile;
  readonly bytes: Uint8Array;
  readonly leafCount: number;
  /** Judges leaves by comparing their SHA-256 with the content's. */
  readonly verify: (firstLeaf: number, bytes: Uint8Array) => boolean;
  /** Bytes of `count` leaves from `first` on. */
  readonly leaves: (first: number, count: number) => Uint8Array;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

export function makeContent(lengthBytes: number, seed: number): Content {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) bytes[i] = random.integer(256);
  const leaves = (first: number, count: number) =>
    bytes.slice(first * BLOCK_BYTES, Math.min((first + count) * BLOCK_BYTES, lengthBytes));
  return {
    file: { root: rootOfBytes(bytes) as FileRoot, lengthBytes },
    bytes,
    leafCount: Math.ceil(lengthBytes / BLOCK_BYTES),
    leaves,
    verify: (firstLeaf, given) =>
      sha256(given).equals(sha256(leaves(firstLeaf, Math.ceil(given.length / BLOCK_BYTES)))),
  };
}

/** For files that no crash ever hit: nothing unmarked is ever kept. */
export const refuseLeaves = (): boolean => false;
