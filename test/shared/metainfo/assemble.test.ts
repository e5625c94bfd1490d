/** Goal: a torrent made from its parts is what reading its bytes gives, and is refused for what reading would be. */
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../shared/bytes.ts';
import { assembleMetainfo } from '../../../shared/metainfo/assemble.ts';
import type { HashedFile, MetainfoParts } from '../../../shared/metainfo/make.ts';
import { parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot } from '../../../shared/units.ts';
import { contentOf, KIB, plainHashes, plainHashFile } from './torrent-fixture.ts';

const MAX_BYTES = 1 << 20;

function partsOf(lengths: readonly number[], pieceLengthBytes: number, more: Partial<MetainfoParts> = {}) {
  const files = lengths.map((length, index) =>
    plainHashFile(`file ${index * 7} ö`, contentOf(length), pieceLengthBytes),
  );
  const parts = {
    name: 'set',
    files,
    pieceLengthBytes,
    announce: undefined,
    webSeeds: [],
    createdBy: undefined,
  };
  return { ...parts, ...more };
}

const assembled = (parts: MetainfoParts) => assembleMetainfo(parts, MAX_BYTES, plainHashes);

describe('a torrent from its parts', () => {
  test('assemble(parts) = parse(assemble(parts).bytes)', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 60; round++) {
      const pieceLengthBytes = (16 * KIB) << random.integer(3);
      const lengths = Array.from({ length: 1 + random.integer(5) }, () =>
        random.integer(4) === 0 ? pieceLengthBytes * (1 + random.integer(2)) : 1 + random.integer(90_000),
      );
      const metainfo = assembled(
        partsOf(lengths, pieceLengthBytes, {
          announce: random.integer(2) === 0 ? undefined : 'http://origin.test/announce',
          webSeeds: random.integer(2) === 0 ? [] : ['http://origin.test/images/'],
          createdBy: random.integer(2) === 0 ? undefined : 'Shoal',
          isPrivate: random.integer(2) === 0,
        }),
      );
      expect(metainfo, `seed ${seed}, round ${round}`).toEqual(parseMetainfo(metainfo.bytes, plainHashes));
    }
  });

  const good = partsOf([20_000, 100, 40_000], 16 * KIB);
  const withFirst = (change: Partial<HashedFile>): MetainfoParts => ({
    ...good,
    files: good.files.map((file, index) => (index === 0 ? { ...file, ...change } : file)),
  });
  const flipped = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
  const first = good.files[0] as HashedFile;

  test.each([
    ['metainfo_piece_length', { ...good, pieceLengthBytes: 24 * KIB }],
    ['metainfo_piece_length', { ...good, pieceLengthBytes: 32 * 1_048_576 }],
    ['metainfo_file_length', withFirst({ lengthBytes: 0 })],
    ['metainfo_file_length', withFirst({ lengthBytes: 1.5 })],
    ['metainfo_file_root', withFirst({ root: '0'.repeat(64) as FileRoot })],
    ['metainfo_piece_layers', withFirst({ pieceLayer: flipped(first.pieceLayer) })],
    ['metainfo_piece_layers', withFirst({ pieceLayer: first.pieceLayer.subarray(32) })],
    ['metainfo_piece_layers', withFirst({ root: toHex(flipped(first.pieceLayer.slice(0, 32))) as FileRoot })],
    ['metainfo_not_hybrid', { ...partsOf([5], 16 * KIB), name: 'file 0 ö' }],
  ])('threat row 8: %s', (code, parts) => {
    expect(() => assembled(parts)).toThrow(expect.objectContaining({ name: 'PeerError', code }));
  });

  test('threat row 26: a torrent beyond the limit is refused', () => {
    expect(() => assembleMetainfo(good, 500, plainHashes)).toThrow(
      expect.objectContaining({ code: 'metainfo_form' }),
    );
  });
});
