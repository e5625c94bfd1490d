import { describe, expect, it } from 'vitest';
import { BlockCache } from '../../../../shared/node/store/block-cache.ts';
import { FileState } from '../../../../shared/node/store/file-state.ts';
import { seededRandom } from '../../../../shared/random.ts';
import { BLOCK_BYTES, type FileRoot } from '../../../../shared/units.ts';

const WINDOW_LEAVES = 16;
const WINDOW_BYTES = WINDOW_LEAVES * BLOCK_BYTES;
const MIB = 1024 * 1024;

const fileOf = (windows: number) =>
  new FileState({ root: 'ab'.repeat(32) as FileRoot, lengthBytes: windows * WINDOW_BYTES }, '/nowhere');

/** As read-range.ts does: a buffer of the cache's, filled, and one block of it lent. */
function readWindow(cache: BlockCache, state: FileState, window: number): Uint8Array {
  const bytes = cache.buffers.take(WINDOW_BYTES).fill(window);
  const block = cache.addRead(state, window * WINDOW_LEAVES, bytes);
  return cache.lend(block, window * WINDOW_BYTES, BLOCK_BYTES);
}

function writeWindow(cache: BlockCache, state: FileState, window: number): Uint8Array {
  const bytes = cache.buffers.take(WINDOW_BYTES).fill(window);
  cache.unpin(cache.pin(state, window * WINDOW_LEAVES, bytes));
  return bytes;
}

describe('buffers are used again', () => {
  it('one whose window was evicted and whose views were given back', () => {
    const cache = new BlockCache(MIB);
    const state = fileOf(100);
    const used = new Set<ArrayBufferLike>();
    for (let window = 0; window < 100; window++) {
      const view = readWindow(cache, state, window);
      used.add(view.buffer);
      cache.giveBack(view);
    }
    expect(used.size).toBeLessThanOrEqual(MIB / WINDOW_BYTES + 1);
  });

  it('one that was written and never lent', () => {
    const cache = new BlockCache(MIB);
    const state = fileOf(100);
    const used = new Set(
      Array.from({ length: 100 }, (_, window) => writeWindow(cache, state, window).buffer),
    );
    expect(used.size).toBeLessThanOrEqual(MIB / WINDOW_BYTES + 1);
  });

  it('never one with a view that was not given back: 20,000 random steps', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const below = (limit: number) => random.integer(limit);
    const cache = new BlockCache(MIB);
    const state = fileOf(200);
    const out: { view: Uint8Array; window: number }[] = [];
    for (let step = 0; step < 20_000; step++) {
      const window = below(200);
      const what = below(4);
      const found = cache.find(
        state,
        window * WINDOW_BYTES + below(WINDOW_LEAVES) * BLOCK_BYTES,
        BLOCK_BYTES,
      );
      if (found) out.push({ view: found, window });
      else if (what < 2) out.push({ view: readWindow(cache, state, window), window });
      else writeWindow(cache, state, window);
      while (out.length > 30) {
        const [{ view, window: expected }] = out.splice(below(out.length), 1) as [(typeof out)[0]];
        expect(view[0], `seed ${seed} step ${step}`).toBe(expected);
        expect(view[BLOCK_BYTES - 1], `seed ${seed} step ${step}`).toBe(expected);
        // Some never tell.
        if (below(10) > 0) cache.giveBack(view);
      }
    }
  });

  it('a view given back twice counts once', () => {
    const cache = new BlockCache(MIB);
    const state = fileOf(100);
    const kept = readWindow(cache, state, 0);
    const other = cache.find(state, BLOCK_BYTES, BLOCK_BYTES) as Uint8Array;
    cache.giveBack(other);
    cache.giveBack(other);
    for (let window = 1; window < 100; window++) cache.giveBack(readWindow(cache, state, window));
    expect(kept.every((byte) => byte === 0)).toBe(true);
  });
});

describe('what stays in memory', () => {
  it('a large file that is read once pushes nothing out that was asked for twice', () => {
    const cache = new BlockCache(64 * MIB);
    const state = fileOf(1000);
    readWindow(cache, state, 0);
    expect(cache.find(state, 0, BLOCK_BYTES)).toBeDefined();
    for (let window = 1; window < 1000; window++) readWindow(cache, state, window);
    expect(cache.find(state, 0, BLOCK_BYTES)).toBeDefined();
    expect(cache.find(state, WINDOW_BYTES, BLOCK_BYTES)).toBeUndefined();
    expect(cache.find(state, 999 * WINDOW_BYTES, BLOCK_BYTES)).toBeDefined();
  });
});
