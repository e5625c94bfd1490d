/** Makes and checks what answers a {@link HashRange} (BEP 52): the run's hashes, then the uncles towards the root. */
import { equalBytes } from '../bytes.ts';
import { BLOCK_BYTES } from '../units.ts';
import { type HashRange, hashCountOf, isValidRange, nodeCount, proofHashCount } from './hash-range.ts';
import { MERKLE_HASH_BYTES } from './merkle.ts';

type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A layer of a file's tree as far as it is known: consecutive nodes that cover content. */
export interface KnownLayer {
  readonly layer: number;
  /** Of the first node; a multiple of a power of two that is at least as wide as what is asked for below the top. */
  readonly firstIndex: number;
  readonly hashes: Uint8Array;
}

export interface ProvenNode {
  readonly layer: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/**
 * @param known layers from which every hash of the range follows: for leaves those of the whole pieces that the range
 *   lies in, and the file's piece layer
 * @returns undefined when a hash cannot be had from these layers
 */
export function makeHashes(
  range: HashRange,
  fileLengthBytes: number,
  known: readonly KnownLayer[],
  sha256: Sha256,
): Uint8Array | undefined {
  const tree = new PartialTree(fileLengthBytes, known, sha256);
  const hashes = new Uint8Array(hashCountOf(range) * MERKLE_HASH_BYTES);
  const put = (at: number, hash: Uint8Array | undefined): boolean => {
    if (hash) hashes.set(hash, at * MERKLE_HASH_BYTES);
    return hash !== undefined;
  };
  for (let i = 0; i < range.length; i++)
    if (!put(i, tree.node(range.baseLayer, range.index + i))) return undefined;
  const top = topOf(range);
  for (let i = 0; i < proofHashCount(range); i++) {
    const sibling = Math.floor(top.index / 2 ** i) ^ 1;
    if (!put(range.length + i, tree.node(top.layer + i, sibling))) return undefined;
  }
  return hashes;
}

/**
 * Folds an answer into the one node that it proves; the caller compares that with a hash it trusts.
 * @returns undefined for an answer that breaks a rule: another number of hashes than asked for, zeros where there is
 *   content, or anything but zeros where there is none
 */
export function foldHashes(
  range: HashRange,
  fileLengthBytes: number,
  hashes: Uint8Array,
  sha256: Sha256,
): ProvenNode | undefined {
  if (!isValidRange(range, fileLengthBytes)) return undefined;
  if (hashes.length !== hashCountOf(range) * MERKLE_HASH_BYTES) return undefined;
  const pads = new Pads(sha256);
  const isRight = (layer: number, index: number, hash: Uint8Array): boolean => {
    if (index >= nodeCount(fileLengthBytes, layer)) return equalBytes(hash, pads.at(layer));
    return hash.some((byte) => byte !== 0);
  };
  const hashAt = (i: number) => hashes.subarray(i * MERKLE_HASH_BYTES, (i + 1) * MERKLE_HASH_BYTES);
  for (let i = 0; i < range.length; i++)
    if (!isRight(range.baseLayer, range.index + i, hashAt(i))) return undefined;
  let { layer, index } = topOf(range);
  let hash = rootOf(hashes.slice(0, range.length * MERKLE_HASH_BYTES), sha256);
  for (let i = 0; i < proofHashCount(range); i++) {
    const uncle = hashAt(range.length + i);
    if (!isRight(layer, index ^ 1, uncle)) return undefined;
    hash = sha256(index % 2 === 0 ? joined(hash, uncle) : joined(uncle, hash));
    index = Math.floor(index / 2);
    layer++;
  }
  return { layer, index, hash };
}

/** The leaves that cover content, of an answer for leaves. */
export function contentLeaves(range: HashRange, fileLengthBytes: number, hashes: Uint8Array): Uint8Array {
  const count = Math.min(range.length, Math.ceil(fileLengthBytes / BLOCK_BYTES) - range.index);
  return hashes.slice(0, count * MERKLE_HASH_BYTES);
}

/** The node above the whole run. */
function topOf({ baseLayer, index, length }: HashRange): { layer: number; index: number } {
  return { layer: baseLayer + Math.log2(length), index: index / length };
}

/** Root of a full tree; folds in place. */
function rootOf(nodes: Uint8Array, sha256: Sha256): Uint8Array {
  for (let width = nodes.length / MERKLE_HASH_BYTES; width > 1; width /= 2) {
    for (let i = 0; i < width; i += 2) {
      const at = i * MERKLE_HASH_BYTES;
      nodes.set(sha256(nodes.subarray(at, at + 2 * MERKLE_HASH_BYTES)), at / 2);
    }
  }
  return nodes.slice(0, MERKLE_HASH_BYTES);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * MERKLE_HASH_BYTES);
  both.set(left);
  both.set(right, MERKLE_HASH_BYTES);
  return both;
}

/** Hashes of nodes that cover nothing: leaves past the end are 32 zero bytes. */
class Pads {
  readonly #sha256: Sha256;
  readonly #hashes: Uint8Array[] = [new Uint8Array(MERKLE_HASH_BYTES)];

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  at(layer: number): Uint8Array {
    while (this.#hashes.length <= layer) {
      const below = this.#hashes.at(-1) as Uint8Array;
      this.#hashes.push(this.#sha256(joined(below, below)));
    }
    return this.#hashes[layer] as Uint8Array;
  }
}

/** Nodes of a tree, each computed at most once from the nearest known layer below it. */
class PartialTree {
  readonly #fileLengthBytes: number;
  readonly #known: readonly KnownLayer[];
  readonly #sha256: Sha256;
  readonly #pads: Pads;
  readonly #nodes = new Map<string, Uint8Array | undefined>();

  constructor(fileLengthBytes: number, known: readonly KnownLayer[], sha256: Sha256) {
    this.#fileLengthBytes = fileLengthBytes;
    this.#known = known;
    this.#sha256 = sha256;
    this.#pads = new Pads(sha256);
  }

  node(layer: number, index: number): Uint8Array | undefined {
    if (index >= nodeCount(this.#fileLengthBytes, layer)) return this.#pads.at(layer);
    const key = `${layer} ${index}`;
    if (this.#nodes.has(key)) return this.#nodes.get(key);
    const hash = this.#find(layer, index);
    this.#nodes.set(key, hash);
    return hash;
  }

  #find(layer: number, index: number): Uint8Array | undefined {
    for (const known of this.#known) {
      const at = (index - known.firstIndex) * MERKLE_HASH_BYTES;
      if (known.layer === layer && at >= 0 && at < known.hashes.length)
        return known.hashes.subarray(at, at + MERKLE_HASH_BYTES);
    }
    if (layer === 0) return undefined;
    const left = this.node(layer - 1, 2 * index);
    const right = left && this.node(layer - 1, 2 * index + 1);
    return left && right && this.#sha256(joined(left, right));
  }
}
