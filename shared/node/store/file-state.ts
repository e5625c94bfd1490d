/**
 * What the store knows of one file. A leaf (16 KiB block) is *held* once it was verified, wherever its bytes
 * are; *written* once the kernel has it (kill -9 does not lose it); *marked* in the sidecar once it was synced
 * (a power cut does not lose it). Each follows from the one before, in this order.
 *
 * A store of ten thousand image sets has a hundred thousand of these, nearly all complete: so a complete file
 * shares its bitfields with all others of its size ({@link FileState.seal}), and maps are made when needed.
 */
import { Bitfield } from '../../bitfield.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { CachedBytes } from './block-cache.ts';
import { type HaveState, leafCountOf, type StorePaths, storePaths } from './have-file.ts';
import type { StoredFile } from './piece-store.ts';

export interface LeafRun {
  readonly first: number;
  readonly count: number;
}

export interface PendingWrite {
  readonly block: CachedBytes;
  readonly done: (error: Error | undefined) => void;
}

const NO_BLOCKS: ReadonlyMap<number, CachedBytes> = new Map();
const NO_READS: ReadonlyMap<number, Promise<CachedBytes>> = new Map();
/** Shared, and replaced before anything is added. */
export const NO_WRITES: PendingWrite[] = [];
export const NO_RUNS: readonly LeafRun[] = [];

const fullFields = new Map<number, Bitfield>();
/** Distinct sizes are few: a leaf is 16 KiB and a rendition some megabytes at most. */
const MAX_FULL_FIELDS = 4096;

/** The one full bitfield of this size. It is never written to. */
function fullOf(size: number): Bitfield {
  let field = fullFields.get(size);
  if (!field) {
    field = Bitfield.full(size);
    if (fullFields.size < MAX_FULL_FIELDS) fullFields.set(size, field);
  }
  return field;
}

export class FileState {
  readonly file: StoredFile;
  readonly #storeDirectory: string;
  readonly leafCount: number;
  held: Bitfield;
  written: Bitfield;
  marked: Bitfield;
  #blocks: Map<number, CachedBytes> | undefined;
  #loading: Map<number, Promise<CachedBytes>> | undefined;
  /** Waiting for more to be written with. */
  gathered: PendingWrite[] = NO_WRITES;
  /** To be written now. */
  outgoing: PendingWrite[] = NO_WRITES;
  /** Written since the last sync. */
  unsynced: readonly LeafRun[] = NO_RUNS;
  /**
   * What the sidecar on disk says. `absent`: there is none or none that counts, so after a crash every leaf is
   * judged. `stale`: it marks leaves that are not there, and must be replaced before any byte is written.
   */
  haveState: HaveState | 'absent' | 'stale' = 'absent';
  /** Bytes of the sidecar on disk, good or not; 0 when there is none. */
  haveBytes = 0;
  /** Some file of this root may be on disk, good or not. */
  isOnDisk = false;
  /** The data bears the name that says it is whole, and has no sidecar. */
  isNamedWhole = false;
  removed = false;
  #isSealed = false;

  constructor(file: StoredFile, storeDirectory: string) {
    this.file = file;
    this.#storeDirectory = storeDirectory;
    this.leafCount = leafCountOf(file.lengthBytes);
    this.held = Bitfield.empty(this.leafCount);
    this.written = Bitfield.empty(this.leafCount);
    this.marked = Bitfield.empty(this.leafCount);
  }

  /** Made when asked for: the three texts are longer than all the rest. */
  get paths(): StorePaths {
    return storePaths(this.#storeDirectory, this.file.root);
  }

  /** The file that has the data. */
  get dataPath(): string {
    return this.isNamedWhole ? this.paths.whole : this.paths.data;
  }

  /** Leaves whose bytes are in memory. */
  get blocks(): ReadonlyMap<number, CachedBytes> {
    return this.#blocks ?? NO_BLOCKS;
  }

  setBlock(leaf: number, block: CachedBytes): void {
    this.#blocks ??= new Map();
    this.#blocks.set(leaf, block);
  }

  deleteBlock(leaf: number): void {
    if (this.#blocks?.delete(leaf) && this.#blocks.size === 0) this.#blocks = undefined;
  }

  /** Reads under way, by leaf: many readers of one leaf cause one read. */
  get loading(): ReadonlyMap<number, Promise<CachedBytes>> {
    return this.#loading ?? NO_READS;
  }

  setLoading(run: LeafRun, read: Promise<CachedBytes> | undefined): void {
    this.#loading ??= new Map();
    for (let leaf = run.first; leaf < run.first + run.count; leaf++)
      if (read) this.#loading.set(leaf, read);
      else this.#loading.delete(leaf);
    if (this.#loading.size === 0) this.#loading = undefined;
  }

  /** Every leaf is on disk and marked. */
  seal(): void {
    this.#isSealed = true;
    const full = fullOf(this.leafCount);
    this.held = full;
    this.written = full;
    this.marked = full;
  }

  /** Content bytes of a run of leaves: the last leaf of a file may be short. */
  bytesIn(first: number, count: number): number {
    return Math.min((first + count) * BLOCK_BYTES, this.file.lengthBytes) - first * BLOCK_BYTES;
  }

  holds(first: number, count: number): boolean {
    for (let leaf = first; leaf < first + count; leaf++) if (!this.held.has(leaf)) return false;
    return true;
  }

  /** Leaves found not to be on disk after all. */
  lose({ first, count }: LeafRun): void {
    if (this.#isSealed) {
      this.#isSealed = false;
      this.held = this.held.clone();
      this.written = this.written.clone();
      this.marked = this.marked.clone();
    }
    for (let leaf = first; leaf < first + count; leaf++) {
      this.held.clear(leaf);
      this.written.clear(leaf);
      if (this.marked.clear(leaf)) this.haveState = 'stale';
      this.deleteBlock(leaf);
    }
  }

  get heldBytes(): number {
    const all = this.held.count * BLOCK_BYTES;
    const lastIsShort = this.held.has(this.leafCount - 1);
    return lastIsShort ? all - (this.leafCount * BLOCK_BYTES - this.file.lengthBytes) : all;
  }
}

export const bytesOf = (writes: readonly PendingWrite[]): number =>
  writes.reduce((sum, { block }) => sum + block.bytes.length, 0);

/** The runs of consecutive indexes for which `test` holds. */
export function runsWhere(count: number, test: (index: number) => boolean): LeafRun[] {
  const runs: LeafRun[] = [];
  let first = 0;
  for (let index = 0; index <= count; index++) {
    if (index < count && test(index)) continue;
    if (index > first) runs.push({ first, count: index - first });
    first = index + 1;
  }
  return runs;
}
