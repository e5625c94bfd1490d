/**
 * Whole files are still what their roots say: disks rot, and people change files. A file is hashed when the first of its
 * bytes is read from disk, and again when its inode, length or times have changed since: else a read costs two fstats.
 * What its caller hashed to have it adopted is trusted until then.
 * What is not whole yet is not judged: its leaves were hashed when they came, and are read from memory mostly.
 */
import { BLOCK_BYTES } from '../../units.ts';
import { leavesOf, rootOfBytes, rootOfLeaves } from '../hashing/leaves.ts';
import type { FileState } from './file-state.ts';
import type { OpenFile } from './file-system.ts';
import { StoreError } from './store-error.ts';

/** Read and hashed at once: 1 ms, then others have their turn. */
const CHUNK_BYTES = 64 * BLOCK_BYTES;
/** A file that changes under each of so many reads is nothing to serve. */
const MAX_LOOKS = 3;

export class ContentCheck {
  /** As the file was when it was found right. */
  readonly #right = new WeakMap<FileState, string>();
  readonly #hashing = new WeakMap<FileState, Promise<boolean>>();

  /** Its caller has hashed the file as it is now. */
  trust(state: FileState, identity: string): void {
    this.#right.set(state, identity);
  }

  /**
   * Bytes of one of the store's files.
   * @returns how many were read: fewer than asked at the file's end
   * @throws StoreError `store_mismatch` when the file is not the one of its root any more
   */
  async read(state: FileState, file: OpenFile, into: Uint8Array, offsetBytes: number): Promise<number> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const before = file.identity();
      const read = await file.read(into, offsetBytes);
      if (read < into.length || !state.written.isFull) return read;
      if (file.identity() !== before) continue;
      if (this.#right.get(state) === before) return read;
      if (into.length < state.file.lengthBytes) {
        if (!(await this.#isRight(state, file))) break;
      } else {
        if (rootOfBytes(into) !== state.file.root) break;
        this.#right.set(state, before);
        return read;
      }
    }
    throw new StoreError('store_mismatch', `${state.file.root} has other bytes than were written`);
  }

  #isRight(state: FileState, file: OpenFile): Promise<boolean> {
    const running = this.#hashing.get(state);
    if (running) return running;
    const hashing = this.#hash(state, file).finally(() => this.#hashing.delete(state));
    this.#hashing.set(state, hashing);
    return hashing;
  }

  async #hash(state: FileState, file: OpenFile): Promise<boolean> {
    const { lengthBytes, root } = state.file;
    const before = file.identity();
    const leaves: Uint8Array[] = [];
    for (let at = 0; at < lengthBytes; at += CHUNK_BYTES) {
      const bytes = new Uint8Array(Math.min(CHUNK_BYTES, lengthBytes - at));
      if ((await file.read(bytes, at)) < bytes.length) return false;
      leaves.push(leavesOf(bytes));
    }
    if (rootOfLeaves(Buffer.concat(leaves)) !== root) return false;
    if (file.identity() === before) this.#right.set(state, before);
    return true;
  }
}
