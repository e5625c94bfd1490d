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
   * Reads what is known of these files. Leaves marked verified are trusted; leaves that were written but not
   * marked before a crash are handed to `verifyLeaves`, and marked if it says yes.
   * @returns per file, the leaves (16 KiB blocks) held.
   */
  open(file: StoredFile, verifyLeaves: (firstLeaf: number, bytes: Uint8Array) => boolean): Promise<Bitfield>;
  /** Verified bytes that start on a leaf boundary and end on one, or at the file's end. Resolves when they would survive kill -9. */
  write(file: StoredFile, offsetBytes: number, bytes: Uint8Array): Promise<void>;
  /** Held bytes, at once when they are in memory. Rejects with StoreError `store_missing` for a range not held. */
  read(file: StoredFile, offsetBytes: number, lengthBytes: number): Uint8Array | Promise<Uint8Array>;
  /** Takes over a complete, verified file by rename. Durable (fsync) when it resolves. */
  adopt(file: StoredFile, path: string): Promise<void>;
  /** Whether every leaf is held. Cheap: answered from memory for opened files. */
  isComplete(root: FileRoot): boolean;
  remove(root: FileRoot): Promise<void>;
  /** Bytes of verified content on disk. */
  readonly heldBytes: number;
  /** Flushes what is pending and closes all files. */
  close(): Promise<void>;
}
