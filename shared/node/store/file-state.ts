/**
 * What the store knows of one file. A leaf (16 KiB block) is *held* once it was verified, wherever its bytes
 * are; *written* once the kernel has it (kill -9 does not lose it); *marked* in the sidecar once it was synced
 * (a power cut does not lose it). Each follows from the one before, in this order.
 */
import { Bitfield } from '../../bitfield.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { CachedBytes } from './block-cache.ts';
import { type HaveState, leafCountOf, type StorePaths } from './have-file.ts';
import type { StoredFile } from './piece-store.ts';

export interface LeafRun {
  readonly first: number;
  readonly count: number;
}

export interface PendingWrite {
  readonly block: CachedBytes;
  readonly done: (error: Error | undefined) => void;
}

export class FileState {
  readonly file: StoredFile;
  readonly paths: StorePaths;
  readonly leafCount: number;
  readonly held: Bitfield;
  readonly written: Bitfield;
  readonly marked: Bitfield;
  /** Leaves whose bytes are in memory. */
  readonly blocks = new Map<number, CachedBytes>();
  /** Reads under way, by leaf: many readers of one leaf cause one read. */
  readonly loading = new Map<number, Promise<CachedBytes>>();
  queue: PendingWrite[] = [];
  /** Written since the last sync. */
  unsynced: LeafRun[] = [];
  /** What the sidecar on disk says; `absent` when there is none or none that counts. */
  haveState: HaveState | 'absent' = 'absent';
  /** The one write under way. */
  writing: Promise<void> | undefined;
  removed = false;

  constructor(file: StoredFile, paths: StorePaths) {
    this.file = file;
    this.paths = paths;
    this.leafCount = leafCountOf(file.lengthBytes);
    this.held = Bitfield.empty(this.leafCount);
    this.written = Bitfield.empty(this.leafCount);
    this.marked = Bitfield.empty(this.leafCount);
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
    for (let leaf = first; leaf < first + count; leaf++) {
      this.held.clear(leaf);
      this.written.clear(leaf);
      // The sidecar now says too much: it is written anew before the next write to the file.
      if (this.marked.clear(leaf)) this.haveState = 'absent';
      this.blocks.delete(leaf);
    }
  }

  get heldBytes(): number {
    const all = this.held.count * BLOCK_BYTES;
    const lastIsShort = this.held.has(this.leafCount - 1);
    return lastIsShort ? all - (this.leafCount * BLOCK_BYTES - this.file.lengthBytes) : all;
  }
}

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
