/**
 * Does on disk what the keeper of shared/log says, in its order, and tells the listener then. A full disk must not stop an
 * edge that can still serve: what it refuses is reported, and tried again with the next entry.
 */
import { parseEntryBody } from '../../shared/log/codec.ts';
import type { CatalogChange, Signed } from '../../shared/log/entry.ts';
import type { KeeperAction } from '../../shared/log/keeper.ts';
import type { EvidenceFiles } from './evidence-files.ts';
import { HighestSeen } from './highest-seen.ts';
import type { LogFile } from './log-file.ts';

export interface LogListener {
  /** One entry more; also for each stored entry while the store opens. */
  applied(change: CatalogChange, number: number): void;
  /** The log was rewound: these are all its changes now, from entry 1. */
  rebuilt(changes: readonly CatalogChange[]): void;
  /** The disk refused something; what is in memory goes on. */
  diskFailed(error: Error): void;
}

export interface LogDiskParts {
  readonly file: LogFile;
  readonly evidence: EvidenceFiles;
  readonly listener: LogListener;
  /** Unix ms. */
  now(): number;
}

export class LogDisk {
  readonly #parts: LogDiskParts;
  readonly #highest: HighestSeen;

  constructor(parts: LogDiskParts) {
    this.#parts = parts;
    this.#highest = new HighestSeen(parts.evidence, () => parts.now());
  }

  /** Entries that are certainly on disk. */
  get count(): number {
    return this.#parts.file.count;
  }

  /** On disk first, then in effect: a crash between the two applies them at the next start. */
  async perform(actions: readonly KeeperAction[]): Promise<void> {
    await this.#write(actions);
    if (actions.some(({ type }) => type === 'rewind')) await this.#rebuild();
    else
      for (const action of actions)
        if (action.type === 'append') this.#parts.listener.applied(action.entry.change, action.entry.number);
  }

  /** @param number of the last entry in effect */
  async saveHighestIfDue(number: number): Promise<void> {
    await this.#tolerant(this.#highest.saveIfDue(number));
  }

  /** @param number of the last entry in effect */
  async close(number: number): Promise<void> {
    await this.#tolerant(this.#highest.save(number));
    await this.#parts.file.close();
  }

  /** Entries that follow each other are written together. */
  async #write(actions: readonly KeeperAction[]): Promise<void> {
    let appended: Signed[] = [];
    const append = async () => {
      const entries = appended;
      appended = [];
      if (entries.length > 0) await this.#tolerant(this.#parts.file.append(entries));
    };
    for (const action of actions) {
      if (action.type === 'append') {
        appended.push(action.signed);
        continue;
      }
      await append();
      await this.#writeOther(action);
    }
    await append();
  }

  async #writeOther(action: Exclude<KeeperAction, { type: 'append' }>): Promise<void> {
    switch (action.type) {
      case 'rewind':
        await this.#tolerant(this.#parts.file.rewind(action.toNumber));
        return;
      case 'saveProof':
        await this.#tolerant(this.#parts.evidence.saveProof(action.proof));
        return;
      case 'saveHighest':
        this.#highest.seen(action.evidence);
    }
  }

  async #rebuild(): Promise<void> {
    const changes: CatalogChange[] = [];
    await this.#parts.file.replay((signed) => {
      changes.push(parseEntryBody(signed.body).change);
    });
    this.#parts.listener.rebuilt(changes);
  }

  async #tolerant(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#parts.listener.diskFailed(error as Error);
    }
  }
}
