/** Goal: every byte of every file lies in exactly one block of one piece, for any lengths. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../shared/errors.ts';
import { Geometry } from '../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../shared/units.ts';

const KIB = 1024;

describe('a torrent of three files, 32 KiB pieces', () => {
  // Pieces: a = 0, 1 (the second with 8 KiB of content), b = 2, c = 3, 4 (the last with 1 byte).
  const geometry = new Geometry(32 * KIB, [40 * KIB, 32 * KIB, 32 * KIB + 1]);
  const piece = (index: number) => index as PieceIndex;

  test('sizes', () => {
    expect(geometry.pieceCount).toBe(5);
    expect(geometry.contentBytes).toBe(104 * KIB + 1);
    expect(geometry.paddedBytes).toBe(128 * KIB + 1);
    expect(geometry.files.map((file) => [file.firstPiece, file.pieceCount])).toEqual([
      [0, 2],
      [2, 1],
      [3, 2],
    ]);
  });

  test('content and padded length: the last piece of the torrent is the only one that is not padded', () => {
    const lengths = [0, 1, 2, 3, 4].map((i) => [
      geometry.contentLength(piece(i)),
      geometry.paddedLength(piece(i)),
    ]);
    expect(lengths).toEqual([
      [32 * KIB, 32 * KIB],
      [8 * KIB, 32 * KIB],
      [32 * KIB, 32 * KIB],
      [32 * KIB, 32 * KIB],
      [1, 1],
    ]);
  });

  test('blocks of nothing but padding do not exist', () => {
    expect([0, 1, 2, 3, 4].map((i) => geometry.blockCount(piece(i)))).toEqual([2, 1, 2, 2, 1]);
    expect(geometry.block(piece(1), 0)).toEqual({ piece: 1, beginBytes: 0, lengthBytes: 8 * KIB });
    expect(() => geometry.block(piece(1), 1)).toThrow(InternalError);
    expect(() => geometry.block(piece(0), -1)).toThrow(InternalError);
  });

  test('pieces of a range, both ends included', () => {
    expect(geometry.piecesOfRange(0, 0, 1)).toEqual({ first: 0, last: 0 });
    expect(geometry.piecesOfRange(0, 32 * KIB - 1, 32 * KIB + 1)).toEqual({ first: 0, last: 1 });
    expect(geometry.piecesOfRange(2, 0, 32 * KIB + 1)).toEqual({ first: 3, last: 4 });
    expect(geometry.piecesOfRange(2, 32 * KIB, 32 * KIB + 1)).toEqual({ first: 4, last: 4 });
  });

  test.each([
    [0, -1, 1],
    [0, 5, 5],
    [0, 0, 40 * KIB + 1],
    [3, 0, 1],
    [-1, 0, 1],
  ])('range of file %d from %d to %d is our own mistake', (file, start, end) => {
    expect(() => geometry.piecesOfRange(file, start, end)).toThrow(InternalError);
  });

  test('only numbers that name a piece become piece indexes', () => {
    expect([0, 4].map((value) => geometry.pieceIndex(value))).toEqual([0, 4]);
    for (const value of [-1, 5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32])
      expect(geometry.pieceIndex(value)).toBeUndefined();
  });
});

describe('what no torrent can be is our own mistake', () => {
  test.each<[string, number, number[]]>([
    ['no files', 16 * KIB, []],
    ['an empty file', 16 * KIB, [0]],
    ['a negative file', 16 * KIB, [5, -1]],
    ['half a byte', 16 * KIB, [0.5]],
    ['a length that is no number', 16 * KIB, [Number.NaN]],
    ['a length beyond 2^53', 16 * KIB, [2 ** 53]],
    ['pieces smaller than a block', 8 * KIB, [1]],
    ['pieces of no power of two', 24 * KIB, [1]],
    ['pieces just off a power of two', 2 ** 50 + 1, [1]],
    ['pieces of no size', Number.NaN, [1]],
  ])('%s', (_, pieceLengthBytes, lengths) => {
    expect(() => new Geometry(pieceLengthBytes, lengths)).toThrow(InternalError);
  });
});

test('random torrents: blocks tile pieces, pieces tile files, and nothing else is counted', () => {
  const torrents = fc.record({
    log: fc.integer({ min: 0, max: 4 }),
    lengths: fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(torrents, ({ log, lengths }) => {
      const geometry = new Geometry(BLOCK_BYTES * 2 ** log, lengths);
      const covered = lengths.map(() => 0);
      for (let index = 0; index < geometry.pieceCount; index++) {
        const piece = geometry.pieceIndex(index) as PieceIndex;
        const fileIndex = geometry.fileIndexOf(piece);
        // Pieces come in the order of files, so each must begin where the one before ended.
        expect(geometry.offsetInFile(piece)).toBe(covered[fileIndex]);
        let beginBytes = 0;
        for (let i = 0; i < geometry.blockCount(piece); i++) {
          const block = geometry.block(piece, i);
          expect(block.beginBytes).toBe(beginBytes);
          expect(block.lengthBytes).toBeGreaterThan(0);
          expect(block.lengthBytes).toBeLessThanOrEqual(BLOCK_BYTES);
          beginBytes += block.lengthBytes;
        }
        expect(beginBytes).toBe(geometry.contentLength(piece));
        expect(geometry.paddedLength(piece)).toBeGreaterThanOrEqual(beginBytes);
        covered[fileIndex] = (covered[fileIndex] as number) + beginBytes;
      }
      expect(covered).toEqual(lengths);
      expect(geometry.contentBytes).toBe(lengths.reduce((a, b) => a + b));
      let padded = 0;
      for (let index = 0; index < geometry.pieceCount; index++)
        padded += geometry.paddedLength(index as PieceIndex);
      expect(padded).toBe(geometry.paddedBytes);
    }),
    { numRuns: 200 },
  );
});
