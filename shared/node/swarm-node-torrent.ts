/** One torrent as the host sees it: which files of the store its pieces lie in, and which of them are held. */
import { Bitfield } from '../bitfield.ts';
import type { FileSpan } from '../geometry.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { checkPiece } from './hashing/check-piece.ts';
import type { PieceStore, StoredFile } from './store/piece-store.ts';
import type { TorrentOptions } from './swarm-node-api.ts';

export class HostedTorrent {
  readonly metainfo: Metainfo;
  readonly options: TorrentOptions;
  readonly files: readonly StoredFile[];
  readonly held: Bitfield;
  want: 'all' | 'none';
  heldBytes = 0;

  constructor(metainfo: Metainfo, options: TorrentOptions) {
    this.metainfo = metainfo;
    this.options = options;
    this.want = options.want;
    this.files = metainfo.files.map(({ root, lengthBytes }) => ({ root, lengthBytes }));
    this.held = Bitfield.empty(metainfo.geometry.pieceCount);
  }

  fileOf(piece: PieceIndex): StoredFile {
    return this.files[this.metainfo.geometry.fileIndexOf(piece)] as StoredFile;
  }

  hold(piece: PieceIndex): void {
    if (this.held.set(piece)) this.heldBytes += this.metainfo.geometry.contentLength(piece);
  }

  lose(piece: PieceIndex): void {
    if (this.held.clear(piece)) this.heldBytes -= this.metainfo.geometry.contentLength(piece);
  }

  /** What this node means to hold. */
  get wantedBytes(): number {
    return this.want === 'all' ? this.metainfo.geometry.contentBytes : this.heldBytes;
  }
}

/** Finds what the store has of it. @throws StoreError `store_mismatch` */
export async function openTorrent(
  store: PieceStore,
  metainfo: Metainfo,
  options: TorrentOptions,
): Promise<HostedTorrent> {
  const torrent = new HostedTorrent(metainfo, options);
  const leavesPerPiece = metainfo.geometry.pieceLengthBytes / BLOCK_BYTES;
  for (const [index, file] of torrent.files.entries()) {
    const { firstPiece, pieceCount } = metainfo.geometry.files[index] as FileSpan;
    const leaves = await store.open(
      file,
      (firstLeaf, bytes) =>
        checkPiece(metainfo, (firstPiece + firstLeaf / leavesPerPiece) as PieceIndex, bytes).verdict === 'ok',
      leavesPerPiece,
    );
    for (let piece = 0; piece < pieceCount; piece++)
      if (holdsPiece(leaves, piece * leavesPerPiece, leavesPerPiece))
        torrent.hold((firstPiece + piece) as PieceIndex);
  }
  return torrent;
}

function holdsPiece(leaves: Bitfield, first: number, count: number): boolean {
  const end = Math.min(first + count, leaves.size);
  for (let leaf = first; leaf < end; leaf++) if (!leaves.has(leaf)) return false;
  return true;
}
