/**
 * A run of hashes in one layer of a file's merkle tree, and the hashes that lead from it towards the root: what the
 * hash messages of BEP 52 ask for and give. How deep the tree is follows from the file's length alone and is never
 * taken from a message, so a node of one layer cannot pass for one of another (threat row 5).
 */
import type { FileSpan, Geometry } from '../geometry.ts';
import { BLOCK_BYTES, type FileRoot, type PieceIndex } from '../units.ts';
import { heightOf } from './merkle.ts';

export interface HashRange {
  readonly root: FileRoot;
  /** Layers above the leaves. */
  readonly baseLayer: number;
  /** Of the first hash, within its layer. */
  readonly index: number;
  readonly length: number;
  /** Layers above the base layer that are to be proven; those within the run itself count, but are left out. */
  readonly proofLayers: number;
}

/** BEP 52: the length "SHOULD NOT be greater than 512". */
export const MAX_RANGE_LENGTH = 512;
/** A file of 2^53 bytes has 2^39 leaves. */
export const MAX_PROOF_HASHES = 39;

/** Layers of a file's tree above its leaves. */
export const treeHeight = (fileLengthBytes: number): number => heightOf(leafCount(fileLengthBytes));

/** Nodes of a layer that cover content; those to their right are padding. */
export const nodeCount = (fileLengthBytes: number, layer: number): number =>
  Math.ceil(leafCount(fileLengthBytes) / 2 ** layer);

const leafCount = (fileLengthBytes: number): number => Math.ceil(fileLengthBytes / BLOCK_BYTES);

/**
 * The rules of BEP 52: a power of two from two to 512, the index a multiple of it, within the tree that a file of this
 * length has, and of nothing but padding none.
 */
export function isValidRange(range: HashRange, fileLengthBytes: number): boolean {
  const { baseLayer, index, length, proofLayers } = range;
  const layersAbove = treeHeight(fileLengthBytes) - baseLayer;
  return (
    layersAbove >= 1 &&
    length >= 2 &&
    length <= Math.min(MAX_RANGE_LENGTH, 2 ** layersAbove) &&
    Number.isInteger(Math.log2(length)) &&
    index % length === 0 &&
    index < nodeCount(fileLengthBytes, baseLayer) &&
    proofLayers < layersAbove
  );
}

/** BEP 52: "the first log2(length)-1 proof layers are omitted". */
export const proofHashCount = ({ length, proofLayers }: HashRange): number =>
  Math.max(0, proofLayers - (Math.log2(length) - 1));

/** Hashes that answer a valid range. */
export const hashCountOf = (range: HashRange): number => range.length + proofHashCount(range);

export function isSameRange(a: HashRange, b: HashRange): boolean {
  return (
    a.root === b.root &&
    a.baseLayer === b.baseLayer &&
    a.index === b.index &&
    a.length === b.length &&
    a.proofLayers === b.proofLayers
  );
}

/** Where the pieces stand in a file's tree: the layer of their hashes; of a file of one piece, the root. */
export const pieceLayerOf = (file: FileSpan, pieceLengthBytes: number): number =>
  file.pieceCount === 1 ? treeHeight(file.lengthBytes) : heightOf(pieceLengthBytes / BLOCK_BYTES);

/** The leaves of one piece; undefined when it has one block only, or more than can be asked for at once. */
export function leavesOfPiece(geometry: Geometry, root: FileRoot, piece: PieceIndex): HashRange | undefined {
  const file = geometry.files[geometry.fileIndexOf(piece)] as FileSpan;
  const length = 2 ** pieceLayerOf(file, geometry.pieceLengthBytes);
  if (length < 2 || length > MAX_RANGE_LENGTH) return undefined;
  return { root, baseLayer: 0, index: (piece - file.firstPiece) * length, length, proofLayers: 0 };
}

/**
 * The pieces whose content a range of leaves needs, whole; none when the piece layer alone tells everything.
 * @returns undefined for a layer between the two, which nobody has to give (BEP 52), or for more than 512 blocks
 */
export function piecesOfRange(
  range: HashRange,
  file: FileSpan,
  pieceLengthBytes: number,
): readonly PieceIndex[] | undefined {
  const pieceLayer = pieceLayerOf(file, pieceLengthBytes);
  if (range.baseLayer >= pieceLayer) return [];
  const perPiece = 2 ** pieceLayer;
  if (range.baseLayer > 0 || perPiece > MAX_RANGE_LENGTH) return undefined;
  const first = Math.floor(range.index / perPiece);
  const end = Math.min(file.pieceCount, Math.ceil((range.index + range.length) / perPiece));
  return Array.from({ length: end - first }, (_, i) => (file.firstPiece + first + i) as PieceIndex);
}
