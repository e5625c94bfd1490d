/**
 * Recently written and recently read bytes of all files, so that a block asked for again is answered without
 * the disk and without a promise. Bytes that the disk does not have yet are pinned: they are the only copy.
 */
import { LRUCache } from 'lru-cache';
import { concatBytes } from '../../bytes.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { FileState } from './file-state.ts';
import { leafCountOf } from './have-file.ts';

/** Bytes of consecutive leaves of one file, from a leaf's start. */
export interface CachedBytes {
  readonly state: FileState;
  readonly firstLeaf: number;
  readonly leafCount: number;
  readonly bytes: Uint8Array;
}

export class BlockCache {
  readonly #recent: LRUCache<CachedBytes, true>;
  readonly #maxBytes: number;

  /** @param maxBytes memory for what is not pinned */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#recent = new LRUCache<CachedBytes, true>({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (_value, block) => block.bytes.length,
      dispose: (_value, block) => forget(block),
    });
  }

  /** Takes bytes in, pinned until {@link unpin}. They must not be written to again. */
  pin(state: FileState, firstLeaf: number, bytes: Uint8Array): CachedBytes {
    const block = { state, firstLeaf, leafCount: leafCountOf(bytes.length), bytes };
    for (let leaf = firstLeaf; leaf < firstLeaf + block.leafCount; leaf++) state.setBlock(leaf, block);
    return block;
  }

  /** From now on the bytes may go when memory is short. */
  unpin(block: CachedBytes): void {
    if (block.state.removed || block.bytes.length > this.#maxBytes) forget(block);
    else this.#recent.set(block, true);
  }

  /** Forgets bytes that turned out not to be on disk. */
  drop(block: CachedBytes): void {
    forget(block);
    this.#recent.delete(block);
  }

  dropFile(state: FileState): void {
    for (const block of new Set(state.blocks.values())) this.drop(block);
  }

  /** The bytes, without a copy if one entry has them all; undefined if some are not in memory. */
  find(state: FileState, offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const block = state.blocks.get(Math.floor(offsetBytes / BLOCK_BYTES));
    if (!block) return undefined;
    this.#recent.get(block);
    const start = offsetBytes - block.firstLeaf * BLOCK_BYTES;
    if (start + lengthBytes <= block.bytes.length) return block.bytes.subarray(start, start + lengthBytes);
    return this.#gather(state, offsetBytes, lengthBytes);
  }

  #gather(state: FileState, offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    const end = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < end; ) {
      const block = state.blocks.get(Math.floor(at / BLOCK_BYTES));
      if (!block) return undefined;
      const start = block.firstLeaf * BLOCK_BYTES;
      const part = block.bytes.subarray(at - start, Math.min(block.bytes.length, end - start));
      parts.push(part);
      at += part.length;
    }
    return concatBytes(parts);
  }
}

function forget(block: CachedBytes): void {
  const { state, firstLeaf, leafCount } = block;
  for (let leaf = firstLeaf; leaf < firstLeaf + leafCount; leaf++)
    if (state.blocks.get(leaf) === block) state.deleteBlock(leaf);
}
