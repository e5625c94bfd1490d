/**
 * Reads of held bytes. A miss reads the held leaves around it as well, up to a window: peers ask for a piece's
 * blocks one after the other, so the next answers come from memory.
 */
import { BLOCK_BYTES } from '../../units.ts';
import type { BlockCache, CachedBytes } from './block-cache.ts';
import type { ContentCheck } from './content-check.ts';
import type { DescriptorCache } from './descriptor-cache.ts';
import type { FileState } from './file-state.ts';
import { errnoOf, StoreError, toStoreError } from './store-error.ts';

/** 512 KiB: nearly every rendition comes whole, and so does a piece of a torrent of 512 MiB. */
const WINDOW_LEAVES = 32;

export interface ReadParts {
  readonly descriptors: DescriptorCache;
  readonly cache: BlockCache;
  readonly contentCheck: ContentCheck;
}

export function readRange(
  parts: ReadParts,
  state: FileState,
  offsetBytes: number,
  lengthBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const end = offsetBytes + lengthBytes;
  const first = Math.floor(offsetBytes / BLOCK_BYTES);
  const last = Math.ceil(end / BLOCK_BYTES) - 1;
  const isInFile = offsetBytes >= 0 && lengthBytes > 0 && end <= state.file.lengthBytes;
  if (!isInFile || !state.holds(first, last - first + 1))
    return Promise.reject(missing(state, offsetBytes, end));
  return parts.cache.find(state, offsetBytes, lengthBytes) ?? gather(parts, state, offsetBytes, lengthBytes);
}

/** Puts the range together from memory and disk; each window is kept in memory for the next. */
async function gather(
  parts: ReadParts,
  state: FileState,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  const end = offsetBytes + lengthBytes;
  let whole: Uint8Array | undefined;
  for (let at = offsetBytes; at < end; ) {
    const leaf = Math.floor(at / BLOCK_BYTES);
    const block = state.blocks.get(leaf) ?? (await load(parts, state, leaf));
    const part = parts.cache.lend(block, at, end - at);
    if (part.length === lengthBytes) return part;
    whole ??= new Uint8Array(lengthBytes);
    whole.set(part, at - offsetBytes);
    parts.cache.giveBack(part);
    at += part.length;
  }
  return whole as Uint8Array;
}

function load(parts: ReadParts, state: FileState, leaf: number): Promise<CachedBytes> {
  const under = state.loading.get(leaf);
  if (under) return under;
  const run = windowAround(state, leaf);
  const loading = readLeaves(parts, state, run.first, run.count).finally(() =>
    state.setLoading(run, undefined),
  );
  state.setLoading(run, loading);
  return loading;
}

/** The leaves around one that are on disk, not in memory, and not being read. */
function windowAround(state: FileState, leaf: number): { first: number; count: number } {
  const start = leaf - (leaf % WINDOW_LEAVES);
  const wanted = (one: number) => state.written.has(one) && !state.blocks.has(one) && !state.loading.has(one);
  let first = leaf;
  while (first > start && wanted(first - 1)) first--;
  let end = leaf + 1;
  while (end < start + WINDOW_LEAVES && wanted(end)) end++;
  return { first, count: end - first };
}

async function readLeaves(
  parts: ReadParts,
  state: FileState,
  first: number,
  count: number,
): Promise<CachedBytes> {
  const offsetBytes = first * BLOCK_BYTES;
  // Every byte is written by the read or the buffer is thrown away.
  const bytes = parts.cache.buffers.take(state.bytesIn(first, count));
  let read: number;
  try {
    read = await parts.descriptors.use(state.dataPath, false, (file) =>
      parts.contentCheck.read(state, file, bytes, offsetBytes),
    );
  } catch (cause) {
    if (cause instanceof StoreError) state.lose({ first: 0, count: state.leafCount });
    // A bad place on the disk: held no more, so that what is fetched again is written, to another one if all is well.
    if (errnoOf(cause) === 'EIO') state.lose({ first, count });
    if (errnoOf(cause) !== 'ENOENT') throw toStoreError(cause, `read ${state.file.root}`);
    state.lose({ first: 0, count: state.leafCount });
    throw missing(state, offsetBytes, offsetBytes + bytes.length);
  }
  if (read < bytes.length) {
    // Somebody cut the file: from here to its end nothing is left.
    const lost = first + Math.floor(read / BLOCK_BYTES);
    state.lose({ first: lost, count: state.leafCount - lost });
    throw missing(state, offsetBytes, offsetBytes + bytes.length);
  }
  return parts.cache.addRead(state, first, bytes);
}

const missing = (state: FileState, from: number, to: number): StoreError =>
  new StoreError('store_missing', `${state.file.root} does not hold [${from}, ${to})`);
