/**
 * What a .torrent tells beyond the catalog's entry: the hashes of its pieces. An entry names every file with its
 * length and root, so an edge that has it can write the whole .torrent again from these few bytes. For 200 image sets
 * of 160 KiB the whole files are 700 KiB for each edge, and as much again as HTTP requests; the hashes are 70 KiB.
 *
 * Form: the piece length (4 bytes, big endian); then, file by file in the torrent's order, its SHA-1 hashes (20 bytes
 * a piece) and, for a file longer than a piece, its piece layer (32 bytes a piece).
 */
import { compareBytes, concatBytes, fromHex, fromUtf8, readUint32, writeUint32 } from '../bytes.ts';
import type { FileSpan } from '../geometry.ts';
import { BLOCK_BYTES, type FileRoot } from '../units.ts';
import { assembleMetainfo } from './assemble.ts';
import { refuse } from './errors.ts';
import type { HashedFile } from './make.ts';
import type { HashFunctions, Metainfo } from './metainfo.ts';
import { DEFAULT_MAX_BYTES, type MetainfoLimits } from './parse.ts';

const SHA1_BYTES = 20;
const SHA256_BYTES = 32;
const HEAD_BYTES = 4;

/** What is known of the set without its torrent; files in any order. */
export interface DescribedSet {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly lengthBytes: number; readonly root: FileRoot }[];
  readonly announce: string | undefined;
  readonly webSeeds: readonly string[];
  readonly createdBy: string | undefined;
}

export function encodePieceHashes(metainfo: Metainfo): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  writeUint32(head, 0, metainfo.geometry.pieceLengthBytes);
  const parts: Uint8Array[] = [head];
  metainfo.files.forEach((file, index) => {
    const { firstPiece, pieceCount } = metainfo.geometry.files[index] as FileSpan;
    const from = firstPiece * SHA1_BYTES;
    parts.push(metainfo.pieceHashesV1.subarray(from, from + pieceCount * SHA1_BYTES));
    if (pieceCount > 1) parts.push(file.pieceLayer);
  });
  return concatBytes(parts);
}

/**
 * The torrent again. That it is the same one, its info-hashes tell: the caller compares them with those it trusts.
 * @throws PeerError `metainfo_pieces` for hashes that do not fit the files, or what a .torrent of them would be refused for
 */
export function metainfoFromPieceHashes(
  set: DescribedSet,
  bytes: Uint8Array,
  hashes: HashFunctions,
  limits: MetainfoLimits = {},
): Metainfo {
  const pieceLengthBytes = bytes.length >= HEAD_BYTES ? readUint32(bytes, 0) : 0;
  if (pieceLengthBytes < BLOCK_BYTES) misfit('the piece length is less than a block');
  let at = HEAD_BYTES;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) misfit('too few bytes');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const files = inTorrentOrder(set).map((file): HashedFile => {
    const pieceCount = Math.ceil(file.lengthBytes / pieceLengthBytes);
    const pieceHashesV1 = take(pieceCount * SHA1_BYTES);
    return {
      ...file,
      pieceHashesV1,
      lastPieceHashV1: pieceHashesV1.subarray(-SHA1_BYTES),
      pieceLayer: pieceCount > 1 ? take(pieceCount * SHA256_BYTES) : (fromHex(file.root) as Uint8Array),
    };
  });
  if (at !== bytes.length) misfit(`${bytes.length - at} bytes too many`);
  const { name, announce, webSeeds, createdBy } = set;
  const parts = { name, files, pieceLengthBytes, announce, webSeeds, createdBy };
  return assembleMetainfo(parts, limits.maxBytes ?? DEFAULT_MAX_BYTES, hashes);
}

function inTorrentOrder(set: DescribedSet): DescribedSet['files'] {
  return set.files
    .map((file) => ({ file, rawName: fromUtf8(file.name) }))
    .sort((a, b) => compareBytes(a.rawName, b.rawName))
    .map(({ file }) => file);
}

function misfit(detail: string): never {
  refuse('metainfo_pieces', `piece hashes do not fit the files: ${detail}`);
}
