/** Goal: an entry and its piece hashes are the .torrent again, byte for byte, and nothing else passes for it. */
import { describe, expect, test } from 'vitest';
import { PeerError } from '../../../shared/errors.ts';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import {
  type DescribedSet,
  encodePieceHashes,
  metainfoFromPieceHashes,
} from '../../../shared/metainfo/piece-hashes.ts';
import { seededRandom } from '../../../shared/random.ts';
import { KIB, makeTorrent, plainHashes } from './torrent-fixture.ts';

const described = (metainfo: Metainfo): DescribedSet => ({
  name: metainfo.name,
  // The entry lists renditions in the ladder's order, the torrent by raw name.
  files: [...metainfo.files].reverse(),
  announce: metainfo.announce,
  webSeeds: metainfo.webSeeds,
  createdBy: 'Shoal',
});

const again = (metainfo: Metainfo, bytes: Uint8Array) =>
  metainfoFromPieceHashes(described(metainfo), bytes, plainHashes);

describe('piece hashes', () => {
  test.each([
    ['files of one, two and three pieces', { 'a.avif': 20_000, 'b.jpg': 100, 'c.webp': 40_000 }, 16 * KIB],
    ['a last file that ends on a boundary', { a: 1, b: 32 * KIB }, 16 * KIB],
    ['pieces of two blocks', { a: 70_000, b: 5, c: 32 * KIB + 1 }, 32 * KIB],
    ['one file', { only: 17 * KIB }, 16 * KIB],
  ])('%s: the same .torrent, byte for byte', (_, lengths, pieceLengthBytes) => {
    const metainfo = makeTorrent(lengths, { pieceLengthBytes });
    const bytes = encodePieceHashes(metainfo);
    expect(again(metainfo, bytes)).toEqual(metainfo);
    expect(bytes.length).toBeLessThan(metainfo.bytes.length / 2);
  });

  test('too few bytes, too many, or a piece length below a block: metainfo_pieces', () => {
    const metainfo = makeTorrent();
    const bytes = encodePieceHashes(metainfo);
    const wrong = [
      bytes.subarray(0, 3),
      bytes.subarray(0, -1),
      Uint8Array.from([...bytes, 0]),
      Uint8Array.from([0, 0, 0, 1, ...bytes.subarray(4)]),
    ];
    for (const each of wrong)
      expect(() => again(metainfo, each)).toThrow(expect.objectContaining({ code: 'metainfo_pieces' }));
  });

  test('any damaged byte: refused with a code, or another info-hash or layer than the true one', () => {
    const metainfo = makeTorrent();
    const bytes = encodePieceHashes(metainfo);
    const random = seededRandom(52);
    for (let round = 0; round < 400; round++) {
      const damaged = Uint8Array.from(bytes);
      const at = random.integer(damaged.length);
      damaged[at] = (damaged[at] as number) ^ (1 + random.integer(255));
      let outcome: string;
      try {
        outcome = again(metainfo, damaged).infoHash === metainfo.infoHash ? 'passed' : 'another torrent';
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        outcome = error.code;
      }
      expect(outcome, `seed 52, round ${round}, byte ${at}`).not.toBe('passed');
    }
  });
});
