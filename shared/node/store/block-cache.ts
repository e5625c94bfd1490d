/**
 * Recently written and recently read bytes of all files, so that a block asked for again is answered without
 * the disk and without a promise. Bytes that the disk does not have yet are pinned: they are the only copy.
 *
 * What was read stays for long only if something of it is asked for a second time (as in the 2Q cache of Johnson and
 * Shasha, 1994): a large file that goes through once pushes nothing out.
 */
import { LRUCache } from 'lru-cache';
import { concatBytes } from '../../bytes.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { FileState } from './file-state.ts';
import { leafCountOf } from './have-file.ts';
import { PieceBuffers } from './piece-buffers.ts';

/** Blocks are asked for one after the other: a few windows for each of a dozen nodes. */
const MAX_ONCE_BYTES = 8 * 1024 * 1024;

/** Bytes of consecutive leaves of one file, from a leaf's start. */
export interface CachedBytes {
  readonly state: FileState;
  readonly firstLeaf: number;
  readonly leafCount: number;
  readonly bytes: Uint8Array;
  /** The furthest leaf that was asked for, since it was read from disk; undefined: it is kept for long. */
  askedUpTo: number | undefined;
  /** Views of the bytes that were lent and not given back. */
  views: number;
  /** Nobody will find it any more: with its last view its buffer is free. */
  isEvicted: boolean;
}

export class BlockCache {
  /** Buffers for what will be written. */
  readonly buffers = new PieceBuffers();
  readonly #recent: LRUCache<CachedBytes, true>;
  /** Read, and nothing of it asked for twice. */
  readonly #once: LRUCache<CachedBytes, true>;
  readonly #lent = new WeakMap<Uint8Array, CachedBytes>();
  readonly #maxBytes: number;

  /** @param maxBytes memory for what is not pinned */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#recent = recentlyUsed(maxBytes, (block) => this.#evicted(block));
    this.#once = recentlyUsed(Math.min(maxBytes, MAX_ONCE_BYTES), (block) => {
      // Those who waited for it have not looked yet: their bytes must stay.
      if (block.views === 0 && !wasAsked(block)) forget(block);
      else this.#evicted(block);
    });
  }

  /** Takes bytes in, pinned until {@link unpin}. They must not be written to again. */
  pin(state: FileState, firstLeaf: number, bytes: Uint8Array): CachedBytes {
    return place(newBlock(state, firstLeaf, bytes, undefined));
  }

  /** From now on the bytes may go when memory is short. */
  unpin(block: CachedBytes): void {
    if (block.state.removed || block.bytes.length > this.#maxBytes) forget(block);
    else this.#recent.set(block, true);
  }

  /** Takes in what was read from disk. */
  addRead(state: FileState, firstLeaf: number, bytes: Uint8Array): CachedBytes {
    const block = newBlock(state, firstLeaf, bytes, firstLeaf - 1);
    if (!state.removed && bytes.length <= this.#once.maxSize) this.#once.set(place(block), true);
    return block;
  }

  /** Forgets bytes that turned out not to be on disk. */
  drop(block: CachedBytes): void {
    forget(block);
    this.#recent.delete(block);
    this.#once.delete(block);
  }

  dropFile(state: FileState): void {
    for (const block of new Set(state.blocks.values())) this.drop(block);
  }

  /** The bytes, without a copy if one entry has them all; undefined if some are not in memory. */
  find(state: FileState, offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const block = state.blocks.get(Math.floor(offsetBytes / BLOCK_BYTES));
    if (!block) return undefined;
    const start = offsetBytes - block.firstLeaf * BLOCK_BYTES;
    if (start + lengthBytes <= block.bytes.length) return this.lend(block, offsetBytes, lengthBytes);
    return this.#gather(state, offsetBytes, lengthBytes);
  }

  /** @returns a view, as far as the block reaches */
  lend(block: CachedBytes, offsetBytes: number, lengthBytes: number): Uint8Array {
    const start = offsetBytes - block.firstLeaf * BLOCK_BYTES;
    const view = block.bytes.subarray(start, start + lengthBytes);
    this.#lent.set(view, block);
    block.views++;
    this.#asked(block, Math.floor(offsetBytes / BLOCK_BYTES));
    return view;
  }

  /** Whoever was lent this view is done with it. Not to tell costs nothing but a new buffer later. */
  giveBack(view: Uint8Array): void {
    const block = this.#lent.get(view);
    if (!block) return;
    this.#lent.delete(view);
    block.views--;
    if (block.isEvicted && block.views === 0) this.buffers.giveBack(block.bytes);
  }

  #evicted(block: CachedBytes): void {
    forget(block);
    block.isEvicted = true;
    if (block.views === 0) this.buffers.giveBack(block.bytes);
  }

  #asked(block: CachedBytes, leaf: number): void {
    // Forgotten while its reader waited for it.
    if (block.state.blocks.get(leaf) !== block) return;
    if (block.askedUpTo === undefined) this.#recent.get(block);
    else if (leaf > block.askedUpTo) block.askedUpTo = leaf;
    else {
      block.askedUpTo = undefined;
      this.#once.delete(block);
      this.unpin(block);
    }
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

function recentlyUsed(
  maxBytes: number,
  onEvicted: (block: CachedBytes) => void,
): LRUCache<CachedBytes, true> {
  return new LRUCache<CachedBytes, true>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: (_value, block) => block.bytes.length,
    dispose: (_value, block, reason) => {
      if (reason === 'evict') onEvicted(block);
    },
  });
}

function newBlock(
  state: FileState,
  firstLeaf: number,
  bytes: Uint8Array,
  askedUpTo: number | undefined,
): CachedBytes {
  const leafCount = leafCountOf(bytes.length);
  return { state, firstLeaf, leafCount, bytes, askedUpTo, views: 0, isEvicted: false };
}

const wasAsked = ({ askedUpTo, firstLeaf }: CachedBytes): boolean =>
  askedUpTo === undefined || askedUpTo >= firstLeaf;

function place(block: CachedBytes): CachedBytes {
  const { state, firstLeaf, leafCount } = block;
  for (let leaf = firstLeaf; leaf < firstLeaf + leafCount; leaf++) state.setBlock(leaf, block);
  return block;
}

function forget(block: CachedBytes): void {
  const { state, firstLeaf, leafCount } = block;
  for (let leaf = firstLeaf; leaf < firstLeaf + leafCount; leaf++)
    if (state.blocks.get(leaf) === block) state.deleteBlock(leaf);
}
