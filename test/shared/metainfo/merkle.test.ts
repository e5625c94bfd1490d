/** Goal: the tree of BEP 52, against known values and a plain second implementation (threat row 5). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromUtf8, toHex } from '../../../shared/bytes.ts';
import { InternalError } from '../../../shared/errors.ts';
import { pieceHash, rootOfPieceLayer } from '../../../shared/metainfo/merkle.ts';
import { KIB, plainHashes, plainRoot, powerOfTwo } from './torrent-fixture.ts';

const { sha256 } = plainHashes;
const ZERO = new Uint8Array(32);
const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(i, i >> 8)));

describe('known values', () => {
  test('the root of a file of one block is the SHA-256 of it (FIPS 180-2: "abc")', () => {
    const leaf = sha256(fromUtf8('abc'));
    expect(toHex(pieceHash(leaf, 16 * KIB, true, sha256))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(rootOfPieceLayer(leaf, 16 * KIB, sha256)).toEqual(leaf);
  });

  test('two zero leaves hash to the SHA-256 of 64 zero bytes', () => {
    expect(toHex(pieceHash(ZERO, 32 * KIB, false, sha256))).toBe(
      'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b',
    );
  });

  test('four zero leaves', () => {
    expect(toHex(pieceHash(ZERO, 64 * KIB, false, sha256))).toBe(
      'db56114e00fdd4c1f85c892bf35ac9a89289aaecb1ebd0a96cde606a748b5d71',
    );
  });
});

describe('threat row 5: depth comes from the file, and zeros stand only past its end', () => {
  test('the only piece of a file is padded to what its leaves need, not to a whole piece', () => {
    const leaves = leavesOf(3);
    const hash = pieceHash(concatBytes(leaves), 16 * 16 * KIB, true, sha256);
    expect(hash).toEqual(plainRoot(leaves, 4));
    expect(hash).not.toEqual(plainRoot(leaves, 16));
  });

  test('the last piece of a longer file is padded to a whole piece', () => {
    const leaves = leavesOf(3);
    expect(pieceHash(concatBytes(leaves), 16 * 16 * KIB, false, sha256)).toEqual(plainRoot(leaves, 16));
  });

  test('a leaf is not taken for a node: one more level gives another root', () => {
    const [a, b] = leavesOf(2) as [Uint8Array, Uint8Array];
    const node = sha256(concatBytes([a, b]));
    expect(pieceHash(node, 32 * KIB, false, sha256)).not.toEqual(node);
  });

  test('more leaves than a piece holds are our own mistake', () => {
    expect(() => pieceHash(concatBytes(leavesOf(3)), 32 * KIB, false, sha256)).toThrow(InternalError);
  });

  test('a layer that is empty or no multiple of 32 bytes is our own mistake', () => {
    expect(() => rootOfPieceLayer(new Uint8Array(0), 16 * KIB, sha256)).toThrow(InternalError);
    expect(() => rootOfPieceLayer(new Uint8Array(33), 16 * KIB, sha256)).toThrow(InternalError);
  });
});

describe('random trees', () => {
  const shapes = fc.record({
    leafCount: fc.integer({ min: 1, max: 80 }),
    log: fc.integer({ min: 0, max: 5 }),
  });

  test('root from leaves = root from the piece layer, for any length and piece length', () => {
    fc.assert(
      fc.property(shapes, ({ leafCount, log }) => {
        const width = 2 ** log;
        const leaves = leavesOf(leafCount);
        const root = plainRoot(leaves, powerOfTwo(leafCount));
        const layer: Uint8Array[] = [];
        for (let at = 0; at < leafCount; at += width) {
          const part = concatBytes(leaves.slice(at, at + width));
          layer.push(pieceHash(part, width * 16 * KIB, leafCount <= width, sha256));
        }
        expect(toHex(rootOfPieceLayer(concatBytes(layer), width * 16 * KIB, sha256))).toBe(toHex(root));
      }),
      { numRuns: 300 },
    );
  });

  test('any flipped bit of a layer changes the root', () => {
    const layer = concatBytes(leavesOf(9));
    const root = toHex(rootOfPieceLayer(layer, 16 * KIB, sha256));
    fc.assert(
      fc.property(fc.nat({ max: layer.length * 8 - 1 }), (bit) => {
        const changed = layer.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(toHex(rootOfPieceLayer(changed, 16 * KIB, sha256))).not.toBe(root);
      }),
      { numRuns: 200 },
    );
  });
});
