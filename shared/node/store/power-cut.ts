/**
 * What a whole file's name is worth. It was renamed to that name after it was written, so kill -9 never leaves a
 * wrong one; but nobody waits for the disk, and after a power cut (or a kernel's crash) it may hold anything. So
 * files are synced in the background, long after the kernel has mostly written them back by itself, and a note
 * (synced-record.ts) says up to when. A start in another boot of the machine takes the name from every file that
 * was written later: such a file is hashed when it is opened, like any data without marks.
 */
import type { FileBatches } from './file-batches.ts';
import type { FileState } from './file-state.ts';
import type { FileSystem } from './file-system.ts';
import { type StoreError, toStoreError } from './store-error.ts';
import { readBootId, readRecord, type SyncedRecord, writeRecord } from './synced-record.ts';

/** Linux writes back what is 30 s old, ext4's journal commits every 5 s: most of what is due costs no disk write. */
const DUE_AFTER_MS = 15_000;
const ROUND_EVERY_MS = 500;
const ROUND_FILES = 32;
/** A backlog is gone within so many rounds. */
const ROUNDS_PER_BACKLOG = 20;
const RECORD_EVERY_MS = 15_000;
/** The kernel's clock for mtime lags some milliseconds behind ours, and clocks are slewed. */
const CLOCK_SLACK_MS = 1000;
/** A node ends within 5 s of SIGTERM. What is not synced then is so in the note. */
const CLOSE_WITHIN_MS = 1000;

export interface PowerCutGuardParts {
  readonly fileSystem: FileSystem;
  readonly batches: FileBatches;
  readonly directory: string;
  readonly onError: (error: StoreError) => void;
}

export class PowerCutGuard {
  readonly #parts: PowerCutGuardParts;
  #record: SyncedRecord = { bootId: undefined, untilMs: 0 };
  /** Whether files that bear the name of a whole one are whole. */
  #isNameTrusted = false;
  /** With the time before they were written, oldest first. */
  readonly #unsynced = new Map<FileState, number>();
  /** Start times of writes under way. */
  readonly #writing = new Set<{ readonly sinceMs: number }>();
  #recordedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: PowerCutGuardParts) {
    this.#parts = parts;
  }

  get isNameTrusted(): boolean {
    return this.#isNameTrusted;
  }

  /** Before anything else is read from the store. A disk that fails here is told, and no name is trusted then. */
  async open(): Promise<void> {
    const { fileSystem, directory } = this.#parts;
    const bootId = await readBootId(fileSystem);
    const record = await readRecord(fileSystem, directory);
    if (record && bootId !== undefined && record.bootId === bootId) this.#record = record;
    else
      try {
        const untilMs = record?.untilMs ?? 0;
        await this.#distrustSince(untilMs);
        // Not before the names are gone for good: it says that all names that are left can be trusted.
        await this.#write({ bootId, untilMs });
      } catch (cause) {
        this.#parts.onError(toStoreError(cause, `look through ${directory}`));
        return;
      }
    this.#isNameTrusted = true;
  }

  /** Asked before files are written; what it answers is told which states were written, well or not. */
  async writing(): Promise<(states: readonly FileState[]) => void> {
    const sinceMs = Date.now();
    const write = { sinceMs };
    this.#writing.add(write);
    // The clock was set back: files written now would look older than what is synced.
    if (this.#isNameTrusted && sinceMs - CLOCK_SLACK_MS < this.#record.untilMs)
      try {
        await this.#write({ ...this.#record, untilMs: sinceMs - CLOCK_SLACK_MS });
      } catch (error) {
        this.#writing.delete(write);
        throw error;
      }
    return (states) => {
      this.#writing.delete(write);
      for (const state of states) if (!state.removed) this.#unsynced.set(state, sinceMs);
      this.#wake();
    };
  }

  /** Its file was replaced or removed, or could not be written. */
  forget(state: FileState): void {
    this.#unsynced.delete(state);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#round;
    const endAt = performance.now() + CLOSE_WITHIN_MS;
    while (this.#unsynced.size > 0 && performance.now() < endAt)
      await this.#sync([...this.#unsynced.keys()].slice(0, ROUND_FILES));
    clearTimeout(this.#timer);
    // Nothing was ever written: what the note says still holds.
    if (this.#recordedAtMs === 0 && this.#unsynced.size === 0) return;
    await this.#note(this.#unsynced.size === 0 ? Date.now() : this.#untilMs());
  }

  async #distrustSince(timeMs: number): Promise<void> {
    const { fileSystem, directory } = this.#parts;
    for (const shard of await fileSystem.list(directory)) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      const folder = `${directory}/${shard}`;
      const changed = await fileSystem.changedSince(folder, '.whole', timeMs);
      for (const name of changed) {
        const stem = `${folder}/${name.slice(0, -'.whole'.length)}`;
        // Marks of an earlier file of this root would vouch for it.
        await fileSystem.remove(`${stem}.have`);
        await fileSystem.rename(`${stem}.whole`, `${stem}.data`);
      }
      if (changed.length > 0) await fileSystem.syncDirectory(folder);
    }
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#round = this.#runRound();
    }, ROUND_EVERY_MS).unref();
  }

  async #runRound(): Promise<void> {
    const due = this.#due();
    const count = Math.max(ROUND_FILES, Math.ceil(due.length / ROUNDS_PER_BACKLOG));
    if (due.length > 0) await this.#sync(due.slice(0, count));
    const isIdle = this.#unsynced.size === 0 && this.#writing.size === 0;
    if (due.length > 0 && (isIdle || performance.now() - this.#recordedAtMs >= RECORD_EVERY_MS))
      await this.#note(this.#untilMs());
    if (!isIdle) this.#wake();
  }

  #due(): FileState[] {
    const now = Date.now();
    const due: FileState[] = [];
    for (const [state, sinceMs] of this.#unsynced) {
      // A time in the future was taken before the clock was set back.
      if (sinceMs > now - DUE_AFTER_MS && sinceMs <= now) break;
      due.push(state);
    }
    return due;
  }

  #untilMs(): number {
    let oldestMs = Date.now();
    for (const sinceMs of this.#unsynced.values()) oldestMs = Math.min(oldestMs, sinceMs);
    for (const { sinceMs } of this.#writing) oldestMs = Math.min(oldestMs, sinceMs);
    return Math.max(0, oldestMs - CLOCK_SLACK_MS);
  }

  async #sync(states: readonly FileState[]): Promise<void> {
    const results = await this.#parts.batches
      .sync(states.map(({ paths }) => paths.whole))
      .catch((cause: unknown) => states.map(() => cause as Error));
    for (const [index, state] of states.entries()) {
      if (!this.#unsynced.delete(state)) continue;
      const cause = results[index];
      if (cause) await this.#lost(state, cause);
    }
  }

  /** After a failed sync nobody knows which pages reached the disk: none of them count. */
  async #lost(state: FileState, cause: Error): Promise<void> {
    this.#parts.onError(toStoreError(cause, `sync ${state.file.root}`));
    state.lose({ first: 0, count: state.leafCount });
    try {
      await this.#parts.fileSystem.remove(state.paths.whole);
    } catch (error) {
      this.#parts.onError(toStoreError(error, `remove ${state.file.root}`));
    }
  }

  async #note(untilMs: number): Promise<void> {
    if (!this.#isNameTrusted) return;
    try {
      await this.#write({ ...this.#record, untilMs });
    } catch (cause) {
      this.#parts.onError(toStoreError(cause, 'note what is synced'));
    }
  }

  async #write(record: SyncedRecord): Promise<void> {
    await writeRecord(this.#parts.fileSystem, this.#parts.directory, record);
    this.#record = record;
    this.#recordedAtMs = performance.now();
  }
}
