/** Torrents for tests: hashed by a plain second implementation, and open to be damaged in any field. */
import { createHash } from 'node:crypto';
import { decode, encode } from '../../../shared/bencode/bencode.ts';
import type { BencodeInput, BencodeValue } from '../../../shared/bencode/value.ts';
import { concatBytes, fromUtf8, toHex, toLatin1 } from '../../../shared/bytes.ts';
import { type HashedFile, type MetainfoParts, makeMetainfo } from '../../../shared/metainfo/make.ts';
import type { HashFunctions, Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot } from '../../../shared/units.ts';

export const KIB = 1024;

const digest = (algorithm: string, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(algorithm).update(bytes).digest());

export const plainHashes: HashFunctions = {
  sha1: (bytes) => digest('sha1', bytes),
  sha256: (bytes) => digest('sha256', bytes),
};

/** Bytes that repeat nowhere and are the same in each run. */
export function contentOf(lengthBytes: number, seed = lengthBytes): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: lengthBytes }, () => random.integer(256));
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

/** Merkle root by the words of BEP 52: pad the leaves with zero hashes to `width`, then hash pairs. */
export function plainRoot(leaves: readonly Uint8Array[], width: number): Uint8Array {
  let level = Array.from({ length: width }, (_, i) => leaves[i] ?? new Uint8Array(32));
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      plainHashes.sha256(concatBytes(level.slice(2 * i, 2 * i + 2))),
    );
  return level[0] as Uint8Array;
}

export const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(count));

export function plainHashFile(name: string, bytes: Uint8Array, pieceLengthBytes: number): HashedFile {
  const leavesIn = (part: Uint8Array) => cut(part, 16 * KIB).map(plainHashes.sha256);
  const pieces = cut(bytes, pieceLengthBytes);
  const leaves = leavesIn(bytes);
  const root = plainRoot(leaves, powerOfTwo(leaves.length));
  const layer = pieces.map((piece) => plainRoot(leavesIn(piece), pieceLengthBytes / (16 * KIB)));
  const padded = pieces.map((piece) => concatBytes([piece, new Uint8Array(pieceLengthBytes - piece.length)]));
  return {
    name,
    lengthBytes: bytes.length,
    root: toHex(root) as FileRoot,
    pieceLayer: pieces.length === 1 ? root : concatBytes(layer),
    pieceHashesV1: concatBytes(padded.map(plainHashes.sha1)),
    lastPieceHashV1: plainHashes.sha1(pieces[pieces.length - 1] as Uint8Array),
  };
}

/** Two pieces, one piece, three pieces; none ends on a boundary. */
export const FILES: Readonly<Record<string, number>> = { 'a.avif': 20_000, 'b.jpg': 100, 'c.webp': 40_000 };

export function makeTorrent(
  lengths: Readonly<Record<string, number>> = FILES,
  changes: Partial<MetainfoParts> = {},
): Metainfo {
  const pieceLengthBytes = changes.pieceLengthBytes ?? 16 * KIB;
  const files = Object.entries(lengths).map(([name, length]) =>
    plainHashFile(name, contentOf(length), pieceLengthBytes),
  );
  const parts = { name: 'set', announce: 'http://origin.test/announce', createdBy: 'Shoal', files };
  return makeMetainfo(
    { ...parts, webSeeds: ['http://origin.test/images/'], pieceLengthBytes, ...changes },
    plainHashes,
  );
}

export type Dictionary = Map<string, BencodeInput>;

/** A torrent taken apart, to be changed and put together again. */
export class OpenTorrent {
  readonly outer: Dictionary;

  constructor(metainfo: Metainfo = makeTorrent()) {
    this.outer = decode(metainfo.bytes, { maxBytes: 16 * KIB * KIB }) as Dictionary;
  }

  get info(): Dictionary {
    return this.outer.get('info') as Dictionary;
  }

  get tree(): Dictionary {
    return this.info.get('file tree') as Dictionary;
  }

  /** Properties of a file in the v2 tree. */
  leaf(name: string): Dictionary {
    return (this.tree.get(toLatin1(fromUtf8(name))) as Dictionary).get('') as Dictionary;
  }

  /** The v1 list: a.avif, pad, b.jpg, pad, c.webp. */
  get list(): Dictionary[] {
    return this.info.get('files') as unknown as Dictionary[];
  }

  entry(index: number): Dictionary {
    return this.list[index] as Dictionary;
  }

  get layers(): Dictionary {
    return this.outer.get('piece layers') as Dictionary;
  }

  /** The layer of a file, to be written to. */
  layer(name: string): Uint8Array {
    return this.layers.get(toLatin1(this.leaf(name).get('pieces root') as Uint8Array)) as Uint8Array;
  }

  get bytes(): Uint8Array {
    return encode(this.outer);
  }
}

export type { BencodeInput, BencodeValue };
