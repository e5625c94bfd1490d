/** Asks the store which pieces of a torrent it holds, file by file. */
import { Bitfield } from '../bitfield.ts';
import type { FileSpan } from '../geometry.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { checkPiece } from './hashing/check-piece.ts';
import type { PieceStore, StoredFile } from './store/piece-store.ts';
import type { TorrentOutline } from './swarm-node-api.ts';

/** Undefined when they cannot be had now. */
export type LoadHashes = () => Promise<Metainfo | undefined>;

/** What the store has of a torrent. */
export async function heldPieces(
  store: PieceStore,
  outline: TorrentOutline,
  hashes: LoadHashes,
): Promise<Bitfield> {
  const { geometry } = outline;
  const held = Bitfield.empty(geometry.pieceCount);
  const leavesPerPiece = geometry.pieceLengthBytes / BLOCK_BYTES;
  for (const [index, { firstPiece, pieceCount }] of geometry.files.entries()) {
    const leaves = await openInStore(store, outline, index, hashes);
    for (let piece = 0; piece < pieceCount; piece++)
      if (holdsPiece(leaves, piece * leavesPerPiece, leavesPerPiece)) held.set(firstPiece + piece);
  }
  return held;
}

/** @returns which of its leaves are held */
export function openInStore(
  store: PieceStore,
  { files, geometry }: TorrentOutline,
  fileIndex: number,
  hashes: LoadHashes,
): Promise<Bitfield> {
  const { firstPiece } = geometry.files[fileIndex] as FileSpan;
  const leavesPerPiece = geometry.pieceLengthBytes / BLOCK_BYTES;
  const isGood = async (firstLeaf: number, bytes: Uint8Array) => {
    const metainfo = await hashes();
    if (metainfo === undefined) return false;
    const piece = (firstPiece + firstLeaf / leavesPerPiece) as PieceIndex;
    return checkPiece(metainfo, piece, bytes).verdict === 'ok';
  };
  return store.open(files[fileIndex] as StoredFile, isGood, leavesPerPiece);
}

function holdsPiece(leaves: Bitfield, first: number, count: number): boolean {
  const end = Math.min(first + count, leaves.size);
  for (let leaf = first; leaf < end; leaf++) if (!leaves.has(leaf)) return false;
  return true;
}
