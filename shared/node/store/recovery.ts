/** What a file on disk holds, judged when it is opened: after a good end, a crash, or tampering. */
import { BLOCK_BYTES } from '../../units.ts';
import type { DescriptorCache } from './descriptor-cache.ts';
import type { FileState } from './file-state.ts';
import type { FileSystem } from './file-system.ts';
import { HAVE_HEADER_BYTES, type ParsedHave, parseHave } from './have-file.ts';
import type { HaveWriter } from './have-writer.ts';
import { errnoOf } from './store-error.ts';

export interface RecoveryParts {
  readonly fileSystem: FileSystem;
  readonly descriptors: DescriptorCache;
  readonly haveWriter: HaveWriter;
  /** Whether a file that is named whole is taken for one. */
  readonly isNameTrusted: boolean;
}

/** Whether leaves are those of the file. Asked only of a file that lay here unmarked; hashes may be read for it then. */
export type VerifyLeaves = (firstLeaf: number, bytes: Uint8Array) => boolean | Promise<boolean>;

/** Fills in what the file holds. @throws what the disk throws */
export async function recover(
  parts: RecoveryParts,
  state: FileState,
  verifyLeaves: VerifyLeaves,
  leavesPerPiece: number,
): Promise<void> {
  // Nothing is known of what is there until it was read, and nothing new may be put beside it.
  state.isOnDisk = true;
  if (await isWhole(parts, state)) {
    state.seal();
    return;
  }
  const dataBytes = await parts.fileSystem.lengthOf(state.paths.data);
  if (dataBytes === undefined) {
    // A sidecar alone says of bytes that are gone that they are there.
    state.haveBytes = (await parts.fileSystem.lengthOf(state.paths.have)) ?? 0;
    state.isOnDisk = state.haveBytes > 0;
    if (state.isOnDisk) state.haveState = 'stale';
    return;
  }
  const have = await readHave(parts, state);
  // Leaves beyond the end of the data file are missing, whatever the marks say.
  const onDisk = leavesWithin(state, dataBytes);
  for (let leaf = 0; leaf < onDisk; leaf++)
    if (have !== undefined && (have.marked === undefined || have.marked[leaf] === 1)) keep(state, leaf);
  // Data that was cut and grows again would have a hole where the sidecar says that something is.
  const saysTooMuch = have !== undefined && marksBeyond(have, onDisk, state.leafCount);
  state.haveState = saysTooMuch ? 'stale' : (have?.state ?? 'absent');
  if (have === undefined || have.state === 'open')
    await judgeUnmarked(parts, state, onDisk, verifyLeaves, leavesPerPiece);
  if (state.haveState === 'complete') state.seal();
}

/** One that is named whole and is not becomes data without marks. */
async function isWhole(parts: RecoveryParts, state: FileState): Promise<boolean> {
  const lengthBytes = await wholeLength(parts, state);
  if (lengthBytes === undefined) return false;
  state.isNamedWhole = true;
  if (parts.isNameTrusted && lengthBytes === state.file.lengthBytes) return true;
  // Marks of an earlier file of this root would vouch for it.
  state.haveState = 'stale';
  await parts.fileSystem.remove(state.paths.have);
  state.haveState = 'absent';
  await parts.haveWriter.unname(state);
  return false;
}

/** Opened and not only looked at: nearly always somebody wants to read it now, and a look costs as much. */
async function wholeLength({ descriptors }: RecoveryParts, state: FileState): Promise<number | undefined> {
  try {
    return await descriptors.use(state.paths.whole, false, (file) => file.lengthBytes());
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function marksBeyond(have: ParsedHave, onDisk: number, leafCount: number): boolean {
  if (have.marked === undefined) return onDisk < leafCount;
  return have.marked.subarray(onDisk).includes(1);
}

/** A process died while it wrote here: each unmarked piece is read and judged. */
async function judgeUnmarked(
  parts: RecoveryParts,
  state: FileState,
  onDisk: number,
  verifyLeaves: VerifyLeaves,
  leavesPerPiece: number,
): Promise<void> {
  const found: { first: number; count: number }[] = [];
  await parts.descriptors.use(state.paths.data, false, async (file) => {
    for (let first = 0; first < state.leafCount; first += leavesPerPiece) {
      const count = Math.min(leavesPerPiece, state.leafCount - first);
      if (first + count > onDisk || state.holds(first, count)) continue;
      const bytes = new Uint8Array(state.bytesIn(first, count));
      const read = await file.read(bytes, first * BLOCK_BYTES);
      if (read === bytes.length && (await verifyLeaves(first, bytes))) found.push({ first, count });
    }
    // What was found may be in the kernel's memory only: synced before it is marked, like any write.
    if (found.length > 0) await file.sync();
  });
  for (const { first, count } of found)
    for (let leaf = first; leaf < first + count; leaf++) keep(state, leaf);
  const isComplete = state.marked.isFull;
  if (state.marked.count > 0) await parts.haveWriter.rewrite(state, isComplete ? 'complete' : 'clean');
}

function keep(state: FileState, leaf: number): void {
  state.held.set(leaf);
  state.written.set(leaf);
  state.marked.set(leaf);
}

function leavesWithin(state: FileState, dataBytes: number): number {
  if (dataBytes >= state.file.lengthBytes) return state.leafCount;
  return Math.floor(dataBytes / BLOCK_BYTES);
}

/** One byte more than a good sidecar has is read, so that a longer one is noticed and never read whole. */
async function readHave(parts: RecoveryParts, state: FileState): Promise<ParsedHave | undefined> {
  const buffer = new Uint8Array(HAVE_HEADER_BYTES + state.leafCount + 1);
  try {
    state.haveBytes = await readOnce(parts.fileSystem, state.paths.have, buffer);
    return parseHave(state.file, buffer.subarray(0, state.haveBytes));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Not by the cache of open files: most sidecars are read once, and would push out what is in use. */
async function readOnce(fileSystem: FileSystem, path: string, into: Uint8Array): Promise<number> {
  const file = await fileSystem.open(path, false);
  try {
    return await file.read(into, 0);
  } finally {
    await file.close();
  }
}
