/** Goal: the oracle of true content tells every wrong byte, wrong place and wrong length, and no two blocks alike. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { makeTorrent } from '../../../shared/sim/content.ts';
import { PieceContent } from '../../../shared/sim/piece-content.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';

const random = seededRandom(7);
const torrent = makeTorrent(3, [40 * BLOCK_BYTES + 5, 1], random, 2 * BLOCK_BYTES);
const pieces = Array.from({ length: torrent.geometry.pieceCount }, (_, i) => i as PieceIndex);

/** What a host makes of these bytes, block by block. */
function taken(piece: PieceIndex, bytes: Uint8Array): PieceContent {
  const content = new PieceContent(torrent, piece);
  for (let begin = 0; begin < bytes.length; begin += BLOCK_BYTES)
    content.set(bytes.subarray(begin, begin + BLOCK_BYTES), begin);
  return content;
}

describe('simulated content', () => {
  it('every true piece passes, and its leaves are zeros', () => {
    for (const piece of pieces) {
      const content = taken(piece, torrent.wholePiece(piece));
      expect(content.isTrue).toBe(true);
      expect(content.length).toBe(torrent.geometry.contentLength(piece));
      expect(content.leavesBesideTruth().every((byte) => byte === 0)).toBe(true);
    }
  });

  it('one changed byte anywhere, a block of another place, a wrong length, and a block that is missing fail', () => {
    for (let i = 0; i < 500; i++) {
      const piece = pieces[random.integer(pieces.length)] as PieceIndex;
      const bytes = torrent.wholePiece(piece);
      const at = random.integer(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 + random.integer(255));
      const content = taken(piece, bytes);
      expect(content.isTrue, `piece ${piece}, byte ${at}`).toBe(false);
      const leaves = content.leavesBesideTruth();
      const wrong = [...leaves.keys()].filter((byte) => leaves[byte] !== 0);
      expect(wrong.every((byte) => Math.floor(byte / 32) === Math.floor(at / BLOCK_BYTES))).toBe(true);
      expect(wrong.length).toBeGreaterThan(0);
    }
    const [first, second] = pieces as [PieceIndex, PieceIndex];
    expect(taken(first, torrent.wholePiece(second)).isTrue).toBe(false);
    expect(taken(first, torrent.wholePiece(first).subarray(1)).isTrue).toBe(false);
    expect(taken(first, torrent.wholePiece(first).subarray(0, BLOCK_BYTES)).isTrue).toBe(false);
  });

  it('a block that comes again stands for what came last', () => {
    const [first] = pieces as [PieceIndex];
    const content = taken(first, new Uint8Array(torrent.geometry.contentLength(first)));
    expect(content.isTrue).toBe(false);
    content.set(torrent.truth(first, 0, BLOCK_BYTES), 0);
    content.set(torrent.truth(first, BLOCK_BYTES, BLOCK_BYTES), BLOCK_BYTES);
    expect(content.isTrue).toBe(true);
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
