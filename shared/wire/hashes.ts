/** The hash messages of BEP 52: request (21), hashes (22), reject (23). Whether a range is one of a file, others know. */
import { concatBytes, fromHex, readUint32, toHex, writeUint32 } from '../bytes.ts';
import { invariant } from '../errors.ts';
import { type HashRange, MAX_PROOF_HASHES, MAX_RANGE_LENGTH } from '../metainfo/hash-range.ts';
import type { FileRoot } from '../units.ts';

/** Root, base layer, index, length and proof layers. */
export const HASH_RANGE_BYTES = 32 + 4 * 4;
const HASH_BYTES = 32;

/** Longest `hashes` message (the length prefix not counted): nobody here asks for more. */
export const MAX_HASHES_MESSAGE_BYTES =
  1 + HASH_RANGE_BYTES + (MAX_RANGE_LENGTH + MAX_PROOF_HASHES) * HASH_BYTES;

/** @returns whether a `hashes` message of so many bytes, the id among them, carries whole hashes */
export function isHashesLength(lengthBytes: number): boolean {
  const hashBytes = lengthBytes - 1 - HASH_RANGE_BYTES;
  return hashBytes > 0 && hashBytes % HASH_BYTES === 0;
}

export function encodeHashRange(range: HashRange): Uint8Array {
  const root = fromHex(range.root);
  invariant(root?.length === HASH_BYTES, 'a file root is 32 bytes');
  const bytes = new Uint8Array(HASH_RANGE_BYTES);
  bytes.set(root);
  const { baseLayer, index, length, proofLayers } = range;
  [baseLayer, index, length, proofLayers].forEach((value, at) => {
    writeUint32(bytes, HASH_BYTES + 4 * at, value);
  });
  return bytes;
}

/** @param bytes of the length that the decoder checked */
export function parseHashRange(bytes: Uint8Array): HashRange {
  const number = (at: number) => readUint32(bytes, HASH_BYTES + 4 * at);
  return {
    root: toHex(bytes.subarray(0, HASH_BYTES)) as FileRoot,
    baseLayer: number(0),
    index: number(1),
    length: number(2),
    proofLayers: number(3),
  };
}

/** The body of a `hashes` message. */
export const joinHashes = (wanted: Uint8Array, hashes: Uint8Array): Uint8Array =>
  concatBytes([wanted, hashes]);
