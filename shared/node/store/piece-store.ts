/**
 * What a node holds on disk, by file root: the same rendition in two torrents is stored once. Verified blocks
 * (16 KiB leaves) are remembered across restarts; names from metainfo never become paths (threat row 8).
 */
import type { Bitfield } from '../../bitfield.ts';
import type { FileRoot } from '../../units.ts';

export interface StoredFile {
  readonly root: FileRoot;
  readonly lengthBytes: number;
}

export interface PieceStore {
  /**
   * Reads what is known of this file. Leaves marked verified are trusted; leaves that were written but not
   * marked before a crash are handed to `verifyLeaves`, and marked if it says yes.
   * @param leavesPerPiece how many leaves `verifyLeaves` can judge together; it is given whole pieces (the
   *   file's last may be short). Default 1.
   * @returns the leaves (16 KiB blocks) held; a copy.
   * @throws StoreError `store_mismatch` when the root is open with another length
   */
  open(
    file: StoredFile,
    verifyLeaves: (firstLeaf: number, bytes: Uint8Array) => boolean | Promise<boolean>,
    leavesPerPiece?: number,
  ): Promise<Bitfield>;
  /** A buffer for a piece that may be written here. It is not zeroed. */
  pieceBuffer(lengthBytes: number): Uint8Array;
  /**
   * Verified bytes that start on a leaf boundary and end on one, or at the file's end; the file must be open and
   * the store keeps the bytes. They can be read at once. Resolves when they would survive kill -9; the further
   * the disk is behind, the later that is. Rejects with StoreError `store_full` or `store_io`, and then the
   * range is not held.
   */
  write(file: StoredFile, offsetBytes: number, bytes: Uint8Array): Promise<void>;
  /** Held bytes, at once when they are in memory. Rejects with StoreError `store_missing` for a range not held. */
  read(file: StoredFile, offsetBytes: number, lengthBytes: number): Uint8Array | Promise<Uint8Array>;
  /** What {@link read} gave is not used any more. Need not be told: then the buffer is not used again, but left. */
  giveBack(bytes: Uint8Array): void;
  /** Takes over a complete, verified file by rename. Durable (fsync) when it resolves. */
  adopt(file: StoredFile, path: string): Promise<void>;
  /** Whether every leaf is held. Cheap: answered from memory for opened files. */
  isComplete(root: FileRoot): boolean;
  remove(root: FileRoot): Promise<void>;
  /** Bytes of verified content on disk. */
  readonly heldBytes: number;
  /**
   * Deletes the files of all roots but these, and whatever else lies in the store's directory.
   * @param missing told of each of these that has no file
   */
  sweep(keep: ReadonlySet<FileRoot>, missing?: (root: FileRoot) => void): Promise<void>;
  /**
   * Resolves when all that was written so far would survive kill -9 (or has failed, which `write` tells). What a power
   * cut takes nevertheless is noticed at the next start, and not held then.
   */
  flush(): Promise<void>;
  /** Flushes what is pending and closes all files. */
  close(): Promise<void>;
}
