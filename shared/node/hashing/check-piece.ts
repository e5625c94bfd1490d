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

/** All that is to be known of a piece's bytes. */
export interface PieceHashes {
  /** Of the content and its padding. */
  readonly sha1: Uint8Array;
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
  const { geometry } = metainfo;
  if (content.length !== geometry.contentLength(piece)) return { verdict: 'bad', leaves };
  const sha1 = paddedSha1(content, geometry.paddedLength(piece) - content.length);
  return judgePiece(metainfo, piece, { sha1, leaves });
}

/** The same for one that was hashed already; its length must be the torrent's. */
export function judgePiece(metainfo: Metainfo, piece: PieceIndex, hashes: PieceHashes): CheckedPiece {
  const { leaves } = hashes;
  const holdsV1 = equalBytes(
    hashes.sha1,
    metainfo.pieceHashesV1.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES),
  );
  const holdsV2 = checkV2(metainfo, piece, leaves);
  if (holdsV1 !== holdsV2) return { verdict: 'conflict', leaves };
  return { verdict: holdsV1 ? 'ok' : 'bad', leaves };
}

function paddedSha1(content: Uint8Array, paddingBytes: number): Uint8Array {
  if (paddingBytes === 0) return nodeHashes.sha1(content);
  const sha1 = createHash('sha1').update(content);
  for (let left = paddingBytes; left > 0; left -= ZEROS.length) sha1.update(ZEROS.subarray(0, left));
  return sha1.digest();
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
