/** Goal: a piece is taken when both halves of the torrent take it, and a liar is told from a bad torrent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, toHex } from '../../../../shared/bytes.ts';
import type { Metainfo } from '../../../../shared/metainfo/metainfo.ts';
import { checkPiece } from '../../../../shared/node/hashing/check-piece.ts';
import { nodeHashes } from '../../../../shared/node/hashing/node-hashes.ts';
import type { PieceIndex } from '../../../../shared/units.ts';
import { contentOf, KIB, makeTorrent, plainHashes } from '../../metainfo/torrent-fixture.ts';

const LENGTHS = { a: 1, b: 16 * KIB, c: 16 * KIB + 1, d: 64 * KIB, e: 64 * KIB + 1, f: 200_000, g: 70_000 };
/** Also a torrent whose last file ends on a piece boundary, and one of a single small file. */
const SETS: readonly Readonly<Record<string, number>>[] = [LENGTHS, { a: 100, b: 128 * KIB }, { a: 5 }];
const PIECE_LENGTHS = [16 * KIB, 64 * KIB, 2 * KIB * KIB];

/** Every piece of a torrent, with its content. */
function piecesOf(metainfo: Metainfo): { piece: PieceIndex; content: Uint8Array }[] {
  return metainfo.geometry.files.flatMap((span) =>
    Array.from({ length: span.pieceCount }, (_, i) => {
      const piece = (span.firstPiece + i) as PieceIndex;
      const startBytes = metainfo.geometry.offsetInFile(piece);
      const bytes = contentOf(span.lengthBytes);
      return { piece, content: bytes.slice(startBytes, startBytes + metainfo.geometry.contentLength(piece)) };
    }),
  );
}

/** The torrent with one of its halves lying about all pieces. */
function lying(metainfo: Metainfo, half: 'v1' | 'v2' | 'both'): Metainfo {
  const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1);
  return {
    ...metainfo,
    pieceHashesV1: half === 'v2' ? metainfo.pieceHashesV1 : flip(metainfo.pieceHashesV1),
    files:
      half === 'v1' ? metainfo.files : metainfo.files.map((f) => ({ ...f, pieceLayer: flip(f.pieceLayer) })),
  };
}

describe('checkPiece', () => {
  test('node:crypto hashes as the plain ones do', () => {
    for (const length of [0, 1, 64, 16 * KIB]) {
      const bytes = contentOf(length, 1);
      expect(toHex(nodeHashes.sha1(bytes))).toBe(toHex(plainHashes.sha1(bytes)));
      expect(toHex(nodeHashes.sha256(bytes))).toBe(toHex(plainHashes.sha256(bytes)));
    }
  });

  test('every true piece is ok, and its leaves are the SHA-256 of its blocks', () => {
    for (const lengths of SETS)
      for (const pieceLengthBytes of PIECE_LENGTHS) {
        const metainfo = makeTorrent(lengths, { pieceLengthBytes });
        for (const { piece, content } of piecesOf(metainfo)) {
          const { verdict, leaves } = checkPiece(metainfo, piece, content);
          expect(verdict).toBe('ok');
          const blocks = Array.from({ length: metainfo.geometry.blockCount(piece) }, (_, i) =>
            plainHashes.sha256(content.subarray(i * 16 * KIB, (i + 1) * 16 * KIB)),
          );
          expect(toHex(leaves)).toBe(toHex(concatBytes(blocks)));
        }
      }
  });

  test('threat row 6: a piece that one half takes and the other does not is a conflict, never a peer’s fault', () => {
    for (const pieceLengthBytes of PIECE_LENGTHS) {
      const metainfo = makeTorrent(LENGTHS, { pieceLengthBytes });
      for (const { piece, content } of piecesOf(metainfo)) {
        expect(checkPiece(lying(metainfo, 'v1'), piece, content).verdict).toBe('conflict');
        expect(checkPiece(lying(metainfo, 'v2'), piece, content).verdict).toBe('conflict');
        expect(checkPiece(lying(metainfo, 'both'), piece, content).verdict).toBe('bad');
      }
    }
  });

  test('any flipped bit makes a piece bad', () => {
    const metainfo = makeTorrent({ a: 20_000, b: 70_000 }, { pieceLengthBytes: 64 * KIB });
    const pieces = piecesOf(metainfo);
    fc.assert(
      fc.property(fc.constantFrom(...pieces), fc.nat(), ({ piece, content }, at) => {
        const bit = at % (content.length * 8);
        const damaged = content.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(checkPiece(metainfo, piece, damaged).verdict).toBe('bad');
      }),
      { numRuns: 200 },
    );
  });

  test('a piece at another’s place is bad', () => {
    const metainfo = makeTorrent({ a: 64 * KIB });
    const [first, second] = piecesOf(metainfo) as { piece: PieceIndex; content: Uint8Array }[];
    expect(checkPiece(metainfo, first!.piece, second!.content).verdict).toBe('bad');
  });

  test('content of another length is bad: cut short, too long, and with its padding', () => {
    const metainfo = makeTorrent({ a: 100, b: 100 });
    const { piece, content } = piecesOf(metainfo)[0]!;
    const padded = concatBytes([content, new Uint8Array(16 * KIB - 100)]);
    for (const wrong of [content.subarray(1), content.subarray(0, 99), padded, new Uint8Array(0)])
      expect(checkPiece(metainfo, piece, wrong).verdict).toBe('bad');
  });

  test('content that ends in zeros like the padding does keeps its length', () => {
    const metainfo = makeTorrent({ a: 100, b: 100 });
    const { piece } = piecesOf(metainfo)[0]!;
    const longer = concatBytes([contentOf(100), new Uint8Array(1)]);
    expect(checkPiece(metainfo, piece, longer).verdict).toBe('bad');
  });
});
