/** Whole files that were written and not yet synced, each with the time before it was written, oldest first. */
import type { FileState } from './file-state.ts';

/** Linux writes back what is 30 s old, ext4's journal commits every 5 s: most of what is due costs no disk write. */
const DUE_AFTER_MS = 15_000;

export class UnsyncedFiles {
  readonly #sinceMs = new Map<FileState, number>();
  /** Start times of writes under way. */
  readonly #writing = new Set<{ readonly sinceMs: number }>();

  get size(): number {
    return this.#sinceMs.size;
  }

  get isIdle(): boolean {
    return this.size === 0 && this.#writing.size === 0;
  }

  /** @returns to be told which states were written, well or not */
  beginWrite(sinceMs: number): (states: readonly FileState[]) => void {
    const write = { sinceMs };
    this.#writing.add(write);
    return (states) => {
      this.#writing.delete(write);
      for (const state of states) this.#sinceMs.set(state, sinceMs);
    };
  }

  first(count: number): FileState[] {
    return [...this.#sinceMs.keys()].slice(0, count);
  }

  due(): FileState[] {
    const now = Date.now();
    const due: FileState[] = [];
    for (const [state, sinceMs] of this.#sinceMs) {
      // A time in the future was taken before the clock was set back.
      if (sinceMs > now - DUE_AFTER_MS && sinceMs <= now) break;
      due.push(state);
    }
    return due;
  }

  /** @returns since when it was unsynced; undefined: it is not here */
  take(state: FileState): number | undefined {
    const sinceMs = this.#sinceMs.get(state);
    this.#sinceMs.delete(state);
    return sinceMs;
  }

  /** All that was written before is synced. */
  oldestMs(): number {
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const sinceMs of this.#sinceMs.values()) oldestMs = Math.min(oldestMs, sinceMs);
    for (const { sinceMs } of this.#writing) oldestMs = Math.min(oldestMs, sinceMs);
    return oldestMs;
  }
}
