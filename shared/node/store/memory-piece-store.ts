/** A piece store without a disk, for tests and simulations: what it holds ends with the process. */
import { Bitfield } from '../../bitfield.ts';
import { invariant } from '../../errors.ts';
import { BLOCK_BYTES, type FileRoot } from '../../units.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { leafCountOf } from './have-file.ts';
import { newBuffer } from './piece-buffers.ts';
import type { PieceStore, StoredFile } from './piece-store.ts';
import { StoreError, toStoreError } from './store-error.ts';

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly held: Bitfield;
}

export class MemoryPieceStore implements PieceStore {
  readonly #files = new Map<FileRoot, MemoryFile>();
  readonly #fileSystem: FileSystem;

  /** @param fileSystem where `adopt` takes files from */
  constructor(fileSystem: FileSystem = nodeFileSystem) {
    this.#fileSystem = fileSystem;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const { bytes: content, held } of this.#files.values()) {
      bytes += held.count * BLOCK_BYTES;
      if (held.has(held.size - 1)) bytes -= held.size * BLOCK_BYTES - content.length;
    }
    return bytes;
  }

  async open(file: StoredFile): Promise<Bitfield> {
    const open = this.#files.get(file.root);
    if (open && open.bytes.length !== file.lengthBytes)
      throw new StoreError('store_mismatch', `${file.root} is open with another length`);
    return (open ?? this.#create(file)).held.clone();
  }

  pieceBuffer(lengthBytes: number): Uint8Array {
    return newBuffer(lengthBytes);
  }

  giveBack(): void {}

  async write(file: StoredFile, offsetBytes: number, bytes: Uint8Array): Promise<void> {
    const open = this.#files.get(file.root);
    if (!open) throw new StoreError('store_missing', `${file.root} is not open`);
    const first = offsetBytes / BLOCK_BYTES;
    const end = offsetBytes + bytes.length;
    invariant(Number.isInteger(first) && bytes.length > 0, `write at ${offsetBytes} of ${file.root}`);
    invariant(end === file.lengthBytes || end % BLOCK_BYTES === 0, `write to ${end} of ${file.root}`);
    open.bytes.set(bytes, offsetBytes);
    for (let leaf = first; leaf < first + leafCountOf(bytes.length); leaf++) open.held.set(leaf);
  }

  read(file: StoredFile, offsetBytes: number, lengthBytes: number): Uint8Array | Promise<Uint8Array> {
    const open = this.#files.get(file.root);
    const end = offsetBytes + lengthBytes;
    let isHeld = open !== undefined && offsetBytes >= 0 && lengthBytes > 0 && end <= open.bytes.length;
    for (let at = offsetBytes; isHeld && at < end; at += BLOCK_BYTES - (at % BLOCK_BYTES))
      isHeld = open?.held.has(Math.floor(at / BLOCK_BYTES)) ?? false;
    if (!open || !isHeld)
      return Promise.reject(
        new StoreError('store_missing', `${file.root} does not hold [${offsetBytes}, ${end})`),
      );
    return open.bytes.subarray(offsetBytes, end);
  }

  async adopt(file: StoredFile, path: string): Promise<void> {
    const content = new Uint8Array(file.lengthBytes);
    try {
      const source = await this.#fileSystem.open(path, false);
      try {
        const lengthBytes = await source.lengthBytes();
        if (lengthBytes !== file.lengthBytes)
          throw new StoreError('store_mismatch', `${path} has ${lengthBytes} bytes, not ${file.lengthBytes}`);
        await source.read(content, 0);
      } finally {
        await source.close();
      }
      await this.#fileSystem.remove(path);
    } catch (cause) {
      throw toStoreError(cause, `adopt ${file.root}`);
    }
    const held = Bitfield.full(leafCountOf(file.lengthBytes));
    this.#files.set(file.root, { bytes: content, held });
  }

  isComplete(root: FileRoot): boolean {
    return this.#files.get(root)?.held.isFull ?? false;
  }

  async remove(root: FileRoot): Promise<void> {
    this.#files.delete(root);
  }

  async sweep(keep: ReadonlySet<FileRoot>, missing: (root: FileRoot) => void = () => {}): Promise<void> {
    for (const root of this.#files.keys()) if (!keep.has(root)) this.#files.delete(root);
    for (const root of keep) if (!this.#files.has(root)) missing(root);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  #create(file: StoredFile): MemoryFile {
    const created = {
      bytes: new Uint8Array(file.lengthBytes),
      held: Bitfield.empty(leafCountOf(file.lengthBytes)),
    };
    this.#files.set(file.root, created);
    return created;
  }
}
