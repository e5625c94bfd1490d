/** Goal: the oracle of true content tells every wrong byte, wrong place and wrong length, and no two blocks alike. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { makeTorrent } from '../../../shared/sim/content.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';

const random = seededRandom(7);
const torrent = makeTorrent(3, [40 * BLOCK_BYTES + 5, 1], random, 2 * BLOCK_BYTES);
const pieces = Array.from({ length: torrent.geometry.pieceCount }, (_, i) => i as PieceIndex);

describe('simulated content', () => {
  it('every true piece passes, and its leaves are zeros', () => {
    for (const piece of pieces) {
      const bytes = torrent.wholePiece(piece);
      expect(torrent.isTrue(piece, bytes)).toBe(true);
      expect(torrent.leavesBesideTruth(piece, bytes).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('one changed byte anywhere, a block of another place, and a wrong length fail', () => {
    for (let i = 0; i < 500; i++) {
      const piece = pieces[random.integer(pieces.length)] as PieceIndex;
      const bytes = torrent.wholePiece(piece);
      const at = random.integer(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 + random.integer(255));
      expect(torrent.isTrue(piece, bytes), `piece ${piece}, byte ${at}`).toBe(false);
    }
    expect(torrent.isTrue(pieces[0] as PieceIndex, torrent.wholePiece(pieces[1] as PieceIndex))).toBe(false);
    expect(
      torrent.isTrue(pieces[0] as PieceIndex, torrent.wholePiece(pieces[0] as PieceIndex).subarray(1)),
    ).toBe(false);
  });

  it('no block of a torrent of 32 MiB equals another', () => {
    const large = makeTorrent(0, [32 << 20], random);
    const seen = new Set<number>();
    for (let block = 0; block < 2_048; block++) {
      const piece = Math.floor((block * BLOCK_BYTES) / large.geometry.pieceLengthBytes) as PieceIndex;
      const begin = (block * BLOCK_BYTES) % large.geometry.pieceLengthBytes;
      seen.add(large.truth(piece, begin, BLOCK_BYTES).byteOffset);
    }
    expect(seen.size).toBe(2_048);
  });
});
