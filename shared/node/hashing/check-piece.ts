/** Judges a piece that is whole, by both halves of the torrent. */
import { createHash } from 'node:crypto';
import { equalBytes } from '../../bytes.ts';
import type { PieceVerdict } from '../../engine/inputs.ts';
import type { FileSpan } from '../../geometry.ts';
import { MERKLE_HASH_BYTES, pieceHash } from '../../metainfo/merkle.ts';
import type { Metainfo, MetainfoFile } from '../../metainfo/metainfo.ts';
import type { PieceIndex } from '../../units.ts';
import { leavesOf } from './leaves.ts';
import { nodeHashes } from './node-hashes.ts';

export interface CheckedPiece {
  readonly verdict: PieceVerdict;
  /** SHA-256 of each content block, 32 bytes each. */
  readonly leaves: Uint8Array;
}

const SHA1_BYTES = 20;
const ZEROS = new Uint8Array(1_048_576);

/**
 * @param content the piece without padding; of another length than the torrent says, it is `bad`
 * @returns `conflict` when one half of the torrent takes the piece and the other does not (threat row 6)
 */
export function checkPiece(metainfo: Metainfo, piece: PieceIndex, content: Uint8Array): CheckedPiece {
  const leaves = leavesOf(content);
  if (content.length !== metainfo.geometry.contentLength(piece)) return { verdict: 'bad', leaves };
  const holdsV1 = checkV1(metainfo, piece, content);
  const holdsV2 = checkV2(metainfo, piece, leaves);
  if (holdsV1 !== holdsV2) return { verdict: 'conflict', leaves };
  return { verdict: holdsV1 ? 'ok' : 'bad', leaves };
}

function checkV1(metainfo: Metainfo, piece: PieceIndex, content: Uint8Array): boolean {
  const { geometry, pieceHashesV1 } = metainfo;
  const wanted = pieceHashesV1.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES);
  const paddingBytes = geometry.paddedLength(piece) - content.length;
  if (paddingBytes === 0) return equalBytes(nodeHashes.sha1(content), wanted);
  const sha1 = createHash('sha1').update(content);
  for (let left = paddingBytes; left > 0; left -= ZEROS.length)
    sha1.update(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
  return equalBytes(sha1.digest(), wanted);
}

function checkV2(metainfo: Metainfo, piece: PieceIndex, leaves: Uint8Array): boolean {
  const { geometry, files } = metainfo;
  const fileIndex = geometry.fileIndexOf(piece);
  const span = geometry.files[fileIndex] as FileSpan;
  const at = (piece - span.firstPiece) * MERKLE_HASH_BYTES;
  const wanted = (files[fileIndex] as MetainfoFile).pieceLayer.subarray(at, at + MERKLE_HASH_BYTES);
  const found = pieceHash(leaves, geometry.pieceLengthBytes, span.pieceCount === 1, nodeHashes.sha256);
  return equalBytes(found, wanted);
}
