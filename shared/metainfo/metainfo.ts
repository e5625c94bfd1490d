/** A hybrid v1+v2 torrent (BEP 3, 47, 52) as a value: made by make.ts, read by parse.ts, checked in both. */
import type { Geometry } from '../geometry.ts';
import type { FileRoot, InfoHash, InfoHashV2 } from '../units.ts';

export interface MetainfoFile {
  /** One path segment: Shoal's sets are flat. Never used as a path on disk. */
  readonly name: string;
  readonly lengthBytes: number;
  readonly root: FileRoot;
  /** SHA-256 merkle hash of each piece, 32 bytes each (BEP 52 "piece layers"); for a one-piece file, the root. */
  readonly pieceLayer: Uint8Array;
}

export interface Metainfo {
  readonly infoHash: InfoHash;
  readonly infoHashV2: InfoHashV2;
  /** The torrent's name; for an image set, the image id. */
  readonly name: string;
  /** In the order of the file tree: by raw bytes of the name. Pad files are not listed. */
  readonly files: readonly MetainfoFile[];
  readonly geometry: Geometry;
  /** SHA-1 of each padded piece, 20 bytes each. */
  readonly pieceHashesV1: Uint8Array;
  readonly announce: string | undefined;
  /** BEP 19 `url-list`. A URL that ends in `/` is completed with `name/file`. */
  readonly webSeeds: readonly string[];
  readonly isPrivate: boolean;
  /** The whole .torrent file, as it was read or made. */
  readonly bytes: Uint8Array;
  /** The exact bytes of the info dictionary, which the info-hashes cover. */
  readonly infoBytes: Uint8Array;
}

/** What the core needs of a hash function; Node's and the browser's both fit. Synchronous. */
export interface HashFunctions {
  sha1(bytes: Uint8Array): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
}
