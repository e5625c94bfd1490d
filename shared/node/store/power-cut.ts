/**
 * What a whole file's name is worth. It was renamed to that name after it was written, so kill -9 never leaves a
 * wrong one; but nobody waits for the disk, and after a power cut (or a kernel's crash) it may hold anything. So
 * files are synced in the background, long after the kernel has mostly written them back by itself, and a note
 * (synced-record.ts) says up to when. A start in another boot of the machine takes the name from every file that
 * was written later: such a file is hashed when it is opened, like any data without marks.
 */
import { distrustSince, EarlierLife } from './earlier-life.ts';
import type { FileBatches } from './file-batches.ts';
import type { FileState } from './file-state.ts';
import type { FileSystem } from './file-system.ts';
import { errnoOf, type StoreError, toStoreError } from './store-error.ts';
import { readBootId, readRecord, type SyncedRecord, writeRecord } from './synced-record.ts';
import { UnsyncedFiles } from './unsynced-files.ts';

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
  readonly #unsynced = new UnsyncedFiles();
  /** What was written since then may be spoilt. */
  #suspectMs = Number.POSITIVE_INFINITY;
  /** Until what it left is synced. */
  #earlier: EarlierLife | undefined;
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
    if (record && bootId !== undefined && record.bootId === bootId) {
      this.#record = record;
      this.#earlier = new EarlierLife(this.#parts, record.untilMs);
      this.#wake();
    } else
      try {
        const untilMs = record?.untilMs ?? 0;
        await distrustSince(this.#parts, untilMs);
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
    const written = this.#unsynced.beginWrite(sinceMs);
    // The clock was set back: files written now would look older than what is synced.
    if (this.#isNameTrusted && sinceMs - CLOCK_SLACK_MS < this.#record.untilMs)
      try {
        await this.#write({ ...this.#record, untilMs: sinceMs - CLOCK_SLACK_MS });
      } catch (error) {
        written([]);
        throw error;
      }
    return (states) => {
      written(states);
      this.#wake();
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#round;
    const endAt = performance.now() + CLOSE_WITHIN_MS;
    while (this.#unsynced.size > 0 && performance.now() < endAt)
      await this.#sync(this.#unsynced.first(ROUND_FILES));
    clearTimeout(this.#timer);
    // Nothing was ever written: what the note says still holds.
    if (this.#recordedAtMs === 0 && this.#unsynced.size === 0) return;
    while (this.#earlier && performance.now() < endAt && (await this.#syncEarlier()));
    await this.#note(this.#untilMs(0));
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#round = this.#runRound();
    }, ROUND_EVERY_MS).unref();
  }

  async #runRound(): Promise<void> {
    const due = this.#unsynced.due();
    const count = Math.max(ROUND_FILES, Math.ceil(due.length / ROUNDS_PER_BACKLOG));
    if (due.length > 0) await this.#sync(due.slice(0, count));
    await this.#syncEarlier();
    const { isIdle } = this.#unsynced;
    if (due.length > 0 && (isIdle || performance.now() - this.#recordedAtMs >= RECORD_EVERY_MS))
      await this.#note(this.#untilMs());
    if (!isIdle || this.#earlier) this.#wake();
  }

  /** @returns false when the disk refuses: tried again with the next round */
  async #syncEarlier(): Promise<boolean> {
    if (!this.#earlier) return true;
    try {
      if (await this.#earlier.syncNext()) this.#earlier = undefined;
      return true;
    } catch (cause) {
      this.#parts.onError(toStoreError(cause, 'sync what an earlier life left'));
      return false;
    }
  }

  /** @param slackMs for files that are yet to be written */
  #untilMs(slackMs = CLOCK_SLACK_MS): number {
    const earlierMs = this.#earlier ? this.#record.untilMs : Number.POSITIVE_INFINITY;
    const unsyncedMs = this.#unsynced.oldestMs() - CLOCK_SLACK_MS;
    return Math.max(0, Math.min(Date.now() - slackMs, unsyncedMs, earlierMs, this.#suspectMs));
  }

  async #sync(states: readonly FileState[]): Promise<void> {
    const results = await this.#parts.batches
      // The name of a removed file must not come back: nobody knows what it would stand for.
      .sync(states.map(({ removed, paths }) => (removed ? paths.directory : paths.whole)))
      .catch((cause: unknown) => states.map(() => cause as Error));
    for (const [index, state] of states.entries()) {
      const sinceMs = this.#unsynced.take(state);
      const cause = results[index];
      if (sinceMs !== undefined && cause) await this.#failed(state, sinceMs, cause);
    }
  }

  /** After a failed sync nobody knows which pages reached the disk: none of them count. */
  async #failed(state: FileState, sinceMs: number, cause: Error): Promise<void> {
    // It never came to bear the name, or lost it since.
    if (!state.isNamedWhole && errnoOf(cause) === 'ENOENT') return;
    this.#parts.onError(toStoreError(cause, `sync ${state.file.root}`));
    if (state.removed) return this.#suspect(sinceMs);
    state.lose({ first: 0, count: state.leafCount });
    try {
      await this.#parts.fileSystem.remove(state.paths.whole);
      await this.#parts.fileSystem.syncDirectory(state.paths.directory);
    } catch (error) {
      this.#parts.onError(toStoreError(error, `remove ${state.file.root}`));
      await this.#suspect(sinceMs);
    }
  }

  /** A file that may be spoilt still has its name: the next start looks at all since then, whatever the boot. */
  async #suspect(sinceMs: number): Promise<void> {
    this.#suspectMs = Math.min(this.#suspectMs, sinceMs - CLOCK_SLACK_MS);
    this.#record = { ...this.#record, bootId: undefined };
    await this.#note(this.#untilMs());
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
