/** The v2 half of an info dictionary: `file tree` and, outside of it, `piece layers` (BEP 52). */
import { asBytes, asDictionary, asInteger, type BencodeValue } from '../bencode/value.ts';
import { equalBytes, fromLatin1, toHex, toLatin1 } from '../bytes.ts';
import type { FileRoot } from '../units.ts';
import { refuse } from './errors.ts';
import { MERKLE_HASH_BYTES, rootOfPieceLayer } from './merkle.ts';
import type { HashFunctions } from './metainfo.ts';
import { PAD_DIRECTORY, parseName } from './names.ts';

/** A file as its leaf in the tree tells it. */
export interface TreeFile {
  readonly name: string;
  readonly rawName: Uint8Array;
  readonly lengthBytes: number;
  readonly rawRoot: Uint8Array;
}

/**
 * The files of a flat tree, in the order of their raw names: the keys rise strictly, so no name comes twice.
 * @throws MetainfoError
 */
export function parseFileTree(value: BencodeValue | undefined, maxFiles: number): TreeFile[] {
  const tree = asDictionary(value) ?? refuse('metainfo_file_tree', 'file tree is no dictionary');
  if (tree.size === 0) refuse('metainfo_file_tree', 'no files');
  if (tree.size > maxFiles) refuse('metainfo_too_many_files', `${tree.size} files, limit ${maxFiles}`);
  return [...tree].map(([key, node]) => parseFile(fromLatin1(key), node));
}

function parseFile(rawName: Uint8Array, value: BencodeValue): TreeFile {
  const name = parseName(rawName);
  if (name === undefined || name === PAD_DIRECTORY)
    refuse('metainfo_file_name', `unsafe file name ${toHex(rawName)}`);
  const node = asDictionary(value) ?? refuse('metainfo_file_tree', `${name} is no dictionary`);
  if (node.size !== 1 || !node.has('')) refuse('metainfo_file_tree', `${name} is not a file: sets are flat`);
  const leaf = asDictionary(node.get('')) ?? refuse('metainfo_file_tree', `${name} has no properties`);
  checkAttributes(leaf.get('attr'), name);
  if (leaf.has('symlink path')) refuse('metainfo_file_attr', `${name} is a symbolic link`);
  const lengthBytes = asInteger(leaf.get('length'));
  if (lengthBytes === undefined || lengthBytes < 1)
    refuse('metainfo_file_length', `${name} has no length of at least one byte`);
  const rawRoot = asBytes(leaf.get('pieces root'));
  if (rawRoot?.length !== MERKLE_HASH_BYTES) refuse('metainfo_file_root', `${name} has no root of 32 bytes`);
  // Zero is what stands past a file's end in the tree; no content hashes to it (libtorrent: v2_zero_root).
  if (rawRoot.every((byte) => byte === 0)) refuse('metainfo_file_root', `${name} has a root of zeros`);
  return { name, rawName, lengthBytes, rawRoot };
}

/** BEP 47: `x` and `h` mean nothing to us; pad files do not belong in the tree, and links nowhere. */
function checkAttributes(value: BencodeValue | undefined, name: string): void {
  if (value === undefined) return;
  const attributes = toLatin1(asBytes(value) ?? refuse('metainfo_file_attr', `${name} has odd attributes`));
  if (/[lp]/.test(attributes)) refuse('metainfo_file_attr', `${name} is a link or a pad file`);
}

/**
 * Each file's piece layer: there is exactly one for each root of a file longer than a piece, it has one hash for
 * each piece, and it hashes to the root. For a one-piece file it is the root itself.
 * @throws MetainfoError
 */
export function parsePieceLayers(
  value: BencodeValue | undefined,
  files: readonly TreeFile[],
  pieceLengthBytes: number,
  hashes: HashFunctions,
): Uint8Array[] {
  const layers = value === undefined ? new Map<string, BencodeValue>() : asDictionary(value);
  if (layers === undefined) refuse('metainfo_piece_layers', 'piece layers are no dictionary');
  const proven = new Set<string>();
  const result = files.map((file) => {
    if (file.lengthBytes <= pieceLengthBytes) return file.rawRoot;
    const key = toLatin1(file.rawRoot);
    const layer = asBytes(layers.get(key)) ?? refuse('metainfo_piece_layers', `no layer for ${file.name}`);
    if (layer.length !== Math.ceil(file.lengthBytes / pieceLengthBytes) * MERKLE_HASH_BYTES)
      refuse('metainfo_piece_layers', `layer of ${file.name} has ${layer.length} bytes`);
    if (
      !proven.has(key) &&
      !equalBytes(rootOfPieceLayer(layer, pieceLengthBytes, hashes.sha256), file.rawRoot)
    )
      refuse('metainfo_piece_layers', `layer of ${file.name} does not hash to its root`);
    proven.add(key);
    return layer;
  });
  if (layers.size !== proven.size) refuse('metainfo_piece_layers', 'a layer belongs to no file');
  return result;
}

/** The only maker of roots from metainfo. */
export const fileRootOf = (file: TreeFile): FileRoot => toHex(file.rawRoot) as FileRoot;
