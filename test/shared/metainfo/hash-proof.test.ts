/** The cases of libtorrent's test_merkle_tree and test_hash_picker that are about answers, and random ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, toHex } from '../../../shared/bytes.ts';
import {
  contentLeaves,
  foldHashes,
  type KnownLayer,
  makeHashes,
} from '../../../shared/metainfo/hash-proof.ts';
import {
  type HashRange,
  hashCountOf,
  isValidRange,
  treeHeight,
} from '../../../shared/metainfo/hash-range.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { seededRandom } from '../../../shared/random.ts';
import { BLOCK_BYTES, type FileRoot } from '../../../shared/units.ts';

const { sha256 } = nodeHashes;
const ROOT = '00'.repeat(32) as FileRoot;

interface Tree {
  readonly lengthBytes: number;
  /** From the leaves to the root, padded to a full tree. */
  readonly layers: readonly (readonly Uint8Array[])[];
  readonly leaves: Uint8Array;
}

/** A whole tree, the plain way: what the code under test must agree with. */
function treeOf(blocks: number, seed = 1): Tree {
  const random = seededRandom(seed);
  const content = Array.from({ length: blocks }, () =>
    Uint8Array.from({ length: 32 }, () => 1 + random.integer(255)),
  );
  const width = 2 ** Math.ceil(Math.log2(blocks));
  let layer: Uint8Array[] = Array.from({ length: width }, (_, i) => content[i] ?? new Uint8Array(32));
  const layers = [layer];
  while (layer.length > 1) {
    const below: readonly Uint8Array[] = layer;
    layer = Array.from({ length: below.length / 2 }, (_, i) =>
      sha256(concatBytes([below[2 * i] as Uint8Array, below[2 * i + 1] as Uint8Array])),
    );
    layers.push(layer);
  }
  return { lengthBytes: blocks * BLOCK_BYTES - 5, layers, leaves: concatBytes(content) };
}

const range = (baseLayer: number, index: number, length: number, proofLayers: number): HashRange => ({
  root: ROOT,
  baseLayer,
  index,
  length,
  proofLayers,
});
const allLeaves = (tree: Tree): KnownLayer[] => [{ layer: 0, firstIndex: 0, hashes: tree.leaves }];
const nodes = (tree: Tree, layer: number, from: number, count: number) =>
  concatBytes((tree.layers[layer] as Uint8Array[]).slice(from, from + count));
const node = (tree: Tree, layer: number, index: number) => tree.layers[layer]?.[index] as Uint8Array;

describe('merkle_tree_get_hashes: a tree of 260 blocks', () => {
  const tree = treeOf(260);
  const cases: readonly [string, HashRange, readonly (readonly [number, number])[]][] = [
    ['one layer up', range(1, 0, 256, 0), []],
    ['one layer up, one layer of proof', range(1, 0, 4, 2), [[3, 1]]],
    [
      'one layer up, hashes 8 to 16, five proof layers',
      range(1, 8, 8, 5),
      [
        [4, 0],
        [5, 1],
        [6, 1],
      ],
    ],
    ['the full tree', range(0, 0, 512, 8), []],
    ['the second half', range(0, 256, 256, 8), [[8, 0]]],
    [
      'the third quarter',
      range(0, 256, 128, 8),
      [
        [7, 3],
        [8, 0],
      ],
    ],
    [
      'the third quarter, one layer up',
      range(1, 128, 64, 7),
      [
        [7, 3],
        [8, 0],
      ],
    ],
    ['the third quarter, one layer up, no proof', range(1, 128, 64, 0), []],
  ];
  it.each(cases)('threat row 5: %s', (_name, wanted, uncles) => {
    expect(isValidRange(wanted, tree.lengthBytes)).toBe(true);
    const made = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256) as Uint8Array;
    const base = nodes(tree, wanted.baseLayer, wanted.index, wanted.length);
    const proof = uncles.map(([layer, index]) => node(tree, layer, index));
    expect(toHex(made)).toBe(toHex(concatBytes([base, ...proof])));
    expect(made.length).toBe(32 * hashCountOf(wanted));
    const proven = foldHashes(wanted, tree.lengthBytes, made, sha256);
    expect(proven && toHex(proven.hash)).toBe(toHex(node(tree, proven?.layer ?? -1, proven?.index ?? -1)));
  });

  it('threat row 5: hashes that do not follow from what is known are not made up', () => {
    const half = [{ layer: 0, firstIndex: 0, hashes: tree.leaves.subarray(0, 32 * 128) }];
    expect(makeHashes(range(0, 0, 128, 0), tree.lengthBytes, half, sha256)).toBeDefined();
    expect(makeHashes(range(0, 0, 128, 8), tree.lengthBytes, half, sha256)).toBeUndefined();
    expect(makeHashes(range(0, 128, 128, 0), tree.lengthBytes, half, sha256)).toBeUndefined();
  });
});

describe('add_leaf_hashes, add_piece_hashes, add_piece_hashes_padded', () => {
  it('threat row 5: each fourth of 2,048 leaves leads to the root', () => {
    const tree = treeOf(2_048);
    for (const index of [0, 512, 1024, 1536]) {
      const wanted = range(0, index, 512, 10);
      const made = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256) as Uint8Array;
      const proven = foldHashes(wanted, tree.lengthBytes, made, sha256);
      expect(proven?.layer).toBe(11);
      expect(proven && equalBytes(proven.hash, node(tree, 11, 0))).toBe(true);
    }
  });

  it('threat row 5: a run of the piece layer that ends in padding is made from the layer alone', () => {
    const tree = treeOf(4 * 1_029);
    const layer = nodes(tree, 2, 0, 1_029);
    const wanted = range(2, 1_024, 8, 10);
    const made = makeHashes(wanted, tree.lengthBytes, [{ layer: 2, firstIndex: 0, hashes: layer }], sha256);
    const proven = made && foldHashes(wanted, tree.lengthBytes, made, sha256);
    expect(proven?.layer).toBe(13);
    expect(proven && equalBytes(proven.hash, node(tree, 13, 0))).toBe(true);
  });

  it('threat row 5: leaves of one piece, and its uncles from the piece layer, lead to the root', () => {
    const tree = treeOf(64);
    const known = [
      { layer: 0, firstIndex: 24, hashes: tree.leaves.subarray(24 * 32, 32 * 32) },
      { layer: 3, firstIndex: 0, hashes: nodes(tree, 3, 0, 8) },
    ];
    const wanted = range(0, 28, 4, 5);
    const made = makeHashes(wanted, tree.lengthBytes, known, sha256) as Uint8Array;
    const proven = foldHashes(wanted, tree.lengthBytes, made, sha256);
    expect(proven && equalBytes(proven.hash, node(tree, 6, 0))).toBe(true);
  });
});

describe('add_bad_hashes and what is no answer', () => {
  const tree = treeOf(300);
  const wanted = range(0, 256, 64, 8);
  const good = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256) as Uint8Array;
  const changed = (change: (hashes: Uint8Array) => void) => {
    const hashes = good.slice();
    change(hashes);
    return foldHashes(wanted, tree.lengthBytes, hashes, sha256);
  };
  const leads = (hashes: Uint8Array) =>
    equalBytes(
      foldHashes(wanted, tree.lengthBytes, hashes, sha256)?.hash ?? new Uint8Array(32),
      node(tree, 9, 0),
    );

  it('the good answer is one', () => expect(leads(good)).toBe(true));
  it('threat row 5: totally bogus hashes, all zero', () => {
    expect(changed((hashes) => hashes.fill(0))).toBeUndefined();
  });
  it('threat row 5: one zero hash where there is content', () => {
    expect(changed((hashes) => hashes.fill(0, 32, 64))).toBeUndefined();
  });
  it('threat row 5: a hash that is not zero past the end', () => {
    expect(changed((hashes) => hashes.fill(7, 44 * 32, 45 * 32))).toBeUndefined();
  });
  it('threat row 5: zeros for a proof hash that covers content', () => {
    expect(changed((hashes) => hashes.fill(0, hashes.length - 32))).toBeUndefined();
  });
  it('threat row 5: a proof hash past the end that is not that of padding', () => {
    expect(changed((hashes) => hashes.fill(7, 64 * 32, 65 * 32))).toBeUndefined();
  });
  it('threat row 5: a bad hash, a bad proof hash, hashes in another order lead elsewhere', () => {
    for (const at of [0, 43 * 32, good.length - 1]) {
      const hashes = good.slice();
      hashes[at] = (hashes[at] as number) ^ 0xaa;
      expect(leads(hashes)).toBe(false);
    }
    expect(leads(concatBytes([good.subarray(32, 64), good.subarray(0, 32), good.subarray(64)]))).toBe(false);
  });
  it('threat row 5: a hash less, a hash more, no proof, nothing', () => {
    for (const lengthBytes of [good.length - 32, 64 * 32, 32, 0])
      expect(foldHashes(wanted, tree.lengthBytes, good.slice(0, lengthBytes), sha256)).toBeUndefined();
    const more = concatBytes([good, new Uint8Array(32).fill(1)]);
    expect(foldHashes(wanted, tree.lengthBytes, more, sha256)).toBeUndefined();
  });
  it('threat row 5: a node is not taken for a leaf: the depth comes from the length of the file', () => {
    // The layer above as the leaves of a file half as long leads to the same root, but of another tree.
    const shorter = range(0, 128, 32, 7);
    const layer = [{ layer: 0, firstIndex: 0, hashes: nodes(tree, 1, 0, 150) }];
    const made = makeHashes(shorter, 150 * BLOCK_BYTES, layer, sha256) as Uint8Array;
    expect(foldHashes(shorter, tree.lengthBytes, made, sha256)?.layer).not.toBe(9);
    expect(foldHashes(wanted, tree.lengthBytes, made, sha256)).toBeUndefined();
  });
});

describe('BEP 52: which ranges there are', () => {
  const lengthBytes = 260 * BLOCK_BYTES;
  it.each([
    ['one hash', range(0, 0, 1, 0)],
    ['none', range(0, 0, 0, 0)],
    ['three', range(0, 0, 3, 0)],
    ['more than 512', range(0, 0, 1_024, 0)],
    ['an index that is no multiple of the length', range(0, 2, 4, 0)],
    ['an index past the end of the layer', range(0, 512, 4, 0)],
    ['an index past the content', range(0, 320, 64, 0)],
    ['a base layer at the root', range(9, 0, 2, 0)],
    ['a base layer above the root', range(40, 0, 2, 0)],
    ['more hashes than the layer has', range(5, 0, 32, 0)],
    ['proof layers above the root', range(0, 0, 2, 9)],
    ['very many proof layers', range(0, 0, 2, 0xffffffff)],
  ])('threat row 5: not %s', (_name, wanted) => expect(isValidRange(wanted, lengthBytes)).toBe(false));

  it('threat row 5: none of a file of one block', () => {
    expect(isValidRange(range(0, 0, 2, 0), BLOCK_BYTES)).toBe(false);
    expect(isValidRange(range(0, 0, 2, 0), BLOCK_BYTES + 1)).toBe(true);
  });
});

describe('threat row 5: random trees, ranges and faults', () => {
  const anyRange = fc
    .record({
      blocks: fc.integer({ min: 2, max: 200 }),
      base: fc.nat(7),
      power: fc.integer({ min: 1, max: 8 }),
      at: fc.nat(),
      proofs: fc.nat(8),
      seed: fc.nat(),
    })
    .map(({ blocks, base, power, at, proofs, seed }) => {
      const tree = treeOf(blocks, seed);
      const height = treeHeight(tree.lengthBytes);
      const baseLayer = base % height;
      const length = 2 ** Math.min(power, height - baseLayer);
      const runs = Math.ceil(Math.ceil(blocks / 2 ** baseLayer) / length);
      return { tree, wanted: range(baseLayer, (at % runs) * length, length, proofs % (height - baseLayer)) };
    });

  it('what is made is taken, and proves a true node', () => {
    fc.assert(
      fc.property(anyRange, ({ tree, wanted }) => {
        const made = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256);
        const proven = made && foldHashes(wanted, tree.lengthBytes, made, sha256);
        return proven !== undefined && equalBytes(proven.hash, node(tree, proven.layer, proven.index));
      }),
      { numRuns: 300 },
    );
  });

  it('whatever byte is changed, it proves nothing true', () => {
    fc.assert(
      fc.property(
        anyRange,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ({ tree, wanted }, at, difference) => {
          const made = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256) as Uint8Array;
          const place = at % made.length;
          made[place] = (made[place] as number) ^ difference;
          const proven = foldHashes(wanted, tree.lengthBytes, made, sha256);
          return proven === undefined || !equalBytes(proven.hash, node(tree, proven.layer, proven.index));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('random numbers and bytes never throw, and never prove anything', () => {
    const tree = treeOf(77);
    fc.assert(
      fc.property(
        fc.record({
          baseLayer: fc.integer({ min: 0, max: 0xffffffff }),
          index: fc.integer({ min: 0, max: 0xffffffff }),
          length: fc.oneof(fc.nat(600), fc.integer({ min: 0, max: 0xffffffff })),
          proofLayers: fc.oneof(fc.nat(10), fc.integer({ min: 0, max: 0xffffffff })),
        }),
        fc.uint8Array({ maxLength: 2_000 }),
        (numbers, hashes) => {
          const proven = foldHashes({ root: ROOT, ...numbers }, tree.lengthBytes, hashes, sha256);
          return proven === undefined || !equalBytes(proven.hash, node(tree, proven.layer, proven.index));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

it('the leaves that cover content are told from those past the end', () => {
  const tree = treeOf(11);
  const wanted = range(0, 8, 8, 0);
  const made = makeHashes(wanted, tree.lengthBytes, allLeaves(tree), sha256) as Uint8Array;
  expect(toHex(contentLeaves(wanted, tree.lengthBytes, made))).toBe(toHex(tree.leaves.subarray(8 * 32)));
});
