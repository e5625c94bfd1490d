/** Writes the hybrid metainfo of an image set: BEP 52 with its upgrade path, BEP 47 pad files, BEP 19 seeds. */
import { encode } from '../bencode/bencode.ts';
import { type BencodeInput, dictionary } from '../bencode/value.ts';
import { compareBytes, concatBytes, fromHex, fromUtf8, toLatin1 } from '../bytes.ts';
import { InternalError, invariant, PeerError } from '../errors.ts';
import type { Geometry } from '../geometry.ts';
import { BLOCK_BYTES, type FileRoot } from '../units.ts';
import type { HashFunctions, Metainfo } from './metainfo.ts';
import { isSafeName, PAD_DIRECTORY } from './names.ts';
import { parseMetainfo } from './parse.ts';

/** A file as hashing leaves it (shared/node/hashing); its place in the torrent is not known yet. */
export interface HashedFile {
  readonly name: string;
  readonly lengthBytes: number;
  readonly root: FileRoot;
  /** Merkle hash of each piece, 32 bytes each; for a one-piece file, the root. */
  readonly pieceLayer: Uint8Array;
  /** SHA-1 of each piece, 20 bytes each, the last one padded with zeros to a full piece. */
  readonly pieceHashesV1: Uint8Array;
  /** SHA-1 of the last piece as it is: what v1 wants of the torrent's last file, which is not padded. */
  readonly lastPieceHashV1: Uint8Array;
}

export interface MetainfoParts {
  /** Directory of the set in stock clients; for an image set, the image id. Not the name of its only file. */
  readonly name: string;
  /** At least one, in any order, with different names. */
  readonly files: readonly HashedFile[];
  /** What the files were hashed with; see {@link pieceLengthFor}. */
  readonly pieceLengthBytes: number;
  readonly announce: string | undefined;
  /** BEP 19 URLs; one that ends in `/` is completed with `name/file`. */
  readonly webSeeds: readonly string[];
  readonly createdBy: string | undefined;
  /** BEP 27: peers come from the tracker only. Default no. */
  readonly isPrivate?: boolean;
}

const MAX_PIECE_LENGTH_BYTES = 16 * 1_048_576;
const MAX_PIECES_WANTED = 1024;

/**
 * One block up to 16 MiB of content, then doubling so that there are 513 to 1024 pieces, until pieces of 16 MiB.
 * Small pieces pass verified bytes on early; about a thousand of them keep bitfields and hash lists small.
 */
export function pieceLengthFor(totalBytes: number): number {
  let lengthBytes = BLOCK_BYTES;
  while (lengthBytes * MAX_PIECES_WANTED < totalBytes && lengthBytes < MAX_PIECE_LENGTH_BYTES)
    lengthBytes *= 2;
  return lengthBytes;
}

/** @throws InternalError for parts that make no torrent which {@link parseMetainfo} takes */
export function makeMetainfo(parts: MetainfoParts, hashes: HashFunctions): Metainfo {
  return checked(encodeMetainfo(parts, namedFiles(parts)).bytes, hashes);
}

/** In the torrent's order. */
export function namedFiles(parts: MetainfoParts): readonly NamedFile[] {
  const files = parts.files
    .map((file) => ({ ...file, rawName: fromUtf8(file.name), rawRoot: fromHex(file.root) as Uint8Array }))
    .sort((a, b) => compareBytes(a.rawName, b.rawName));
  invariant(files.length > 0, 'a set has at least one file');
  invariant(
    files.every((file) => isSafeName(file.name)),
    'file name',
  );
  return files;
}

export interface EncodedMetainfo {
  readonly bytes: Uint8Array;
  /** The info dictionary within them. */
  readonly infoBytes: Uint8Array;
  /** By root, of files longer than a piece. */
  readonly layers: ReadonlyMap<string, Uint8Array>;
}

/** The .torrent file, unchecked. */
export function encodeMetainfo(parts: MetainfoParts, files: readonly NamedFile[]): EncodedMetainfo {
  const info = infoDictionary(parts, files, piecesV1(files));
  const layers = pieceLayers(files, parts.pieceLengthBytes);
  // In three pieces, each once: the keys stand in bencode's order, and whoever hashes the info needs it by itself.
  const head = encode(dictionary({ announce: parts.announce, 'created by': parts.createdBy }));
  const infoBytes = encode(info);
  const webSeeds = parts.webSeeds.length > 0 ? parts.webSeeds : undefined;
  const tail = encode(dictionary({ 'piece layers': layers, 'url-list': webSeeds }));
  const start = concatBytes([head.subarray(0, -1), INFO_KEY]);
  const bytes = concatBytes([start, infoBytes, tail.subarray(1)]);
  return { bytes, infoBytes: bytes.subarray(start.length, start.length + infoBytes.length), layers };
}

const INFO_KEY = encode('info');

type NamedSpan = Pick<NamedFile, 'name' | 'lengthBytes' | 'rawName' | 'rawRoot'>;

function infoDictionary(
  { name, pieceLengthBytes, isPrivate }: Pick<MetainfoParts, 'name' | 'pieceLengthBytes' | 'isPrivate'>,
  files: readonly NamedSpan[],
  pieces: Uint8Array,
): Map<string, BencodeInput> {
  return dictionary({
    'file tree': fileTree(files),
    files: filesV1(files, pieceLengthBytes),
    'meta version': 2,
    name,
    'piece length': pieceLengthBytes,
    pieces,
    private: isPrivate ? 1 : undefined,
  });
}

/** Of the info dictionary of a set that we published: known without its piece hashes, for these have one length. */
export function infoLengthBytes(
  name: string,
  files: readonly Pick<HashedFile, 'name' | 'lengthBytes' | 'root'>[],
  { pieceCount, pieceLengthBytes }: Geometry,
): number {
  const named = files.map((file) => ({
    ...file,
    rawName: fromUtf8(file.name),
    rawRoot: fromHex(file.root) as Uint8Array,
  }));
  const pieces = new Uint8Array(pieceCount * 20);
  return encode(infoDictionary({ name, pieceLengthBytes }, named, pieces)).length;
}

/** What we publish must pass where others read it. */
function checked(bytes: Uint8Array, hashes: HashFunctions): Metainfo {
  try {
    return parseMetainfo(bytes, hashes);
  } catch (error) {
    if (error instanceof PeerError) throw new InternalError(`made a bad torrent: ${error.message}`);
    throw error;
  }
}

export type NamedFile = HashedFile & { readonly rawName: Uint8Array; readonly rawRoot: Uint8Array };

function fileTree(files: readonly NamedSpan[]): Map<string, BencodeInput> {
  const tree = new Map<string, BencodeInput>();
  for (const file of files) {
    const key = toLatin1(file.rawName);
    invariant(!tree.has(key), `two files ${file.name}`);
    tree.set(key, dictionary({ '': dictionary({ length: file.lengthBytes, 'pieces root': file.rawRoot }) }));
  }
  return tree;
}

/** The v1 list: pad files stand between files, so that each starts on a piece boundary; none after the last. */
function filesV1(files: readonly NamedSpan[], pieceLengthBytes: number): BencodeInput[] {
  const list: BencodeInput[] = [];
  files.forEach((file, index) => {
    list.push(dictionary({ length: file.lengthBytes, path: [file.rawName] }));
    const overhangBytes = file.lengthBytes % pieceLengthBytes;
    if (overhangBytes === 0 || index === files.length - 1) return;
    const length = pieceLengthBytes - overhangBytes;
    list.push(dictionary({ attr: 'p', length, path: [PAD_DIRECTORY, String(length)] }));
  });
  return list;
}

export function piecesV1(files: readonly HashedFile[]): Uint8Array {
  const pieces = concatBytes(files.map((file) => file.pieceHashesV1));
  const last = files[files.length - 1] as HashedFile;
  invariant(last.lastPieceHashV1.length === 20 && pieces.length >= 20, 'SHA-1 length');
  pieces.set(last.lastPieceHashV1, pieces.length - 20);
  return pieces;
}

function pieceLayers(files: readonly NamedFile[], pieceLengthBytes: number): Map<string, Uint8Array> {
  const layers = new Map<string, Uint8Array>();
  for (const file of files)
    if (file.lengthBytes > pieceLengthBytes) layers.set(toLatin1(file.rawRoot), file.pieceLayer);
  return layers;
}
