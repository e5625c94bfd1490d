/** What one edge lacks of the log, and the hashes it asked for, sent one batch after the other. */
import type { NumberRanges } from '../../shared/api-types/feed.ts';
import { invariant } from '../../shared/errors.ts';
import type { LogView } from './admission.ts';
import type { EntryBatches } from './entry-batches.ts';
import { type HashAnswers, WantedHashes } from './hash-answers.ts';

export interface FeedPumpParts {
  readonly log: LogView;
  readonly hashAnswers: HashAnswers;
  /** Number of the last entry that the edge has. */
  readonly cursor: number;
  readonly batches: EntryBatches;
  /** Resolves when the kernel has taken them, or the socket is gone. */
  send(bytes: Uint8Array): Promise<void>;
}

export class FeedPump {
  readonly #parts: FeedPumpParts;
  readonly #wantedHashes = new WantedHashes();
  #cursor: number;
  #isStopped = false;

  constructor(parts: FeedPumpParts) {
    this.#parts = parts;
    this.#cursor = parts.cursor;
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#isStopped = true;
  }

  get hasWork(): boolean {
    return !this.#isStopped && (this.#isBehind || !this.#wantedHashes.isEmpty);
  }

  /** @returns false for more sets than an edge may wait for */
  want(sets: NumberRanges): boolean {
    return this.#wantedHashes.add(sets, this.#parts.log.head().number);
  }

  /** Sends until there is nothing left; entries and hashes take turns. */
  async run(): Promise<void> {
    while (this.hasWork) {
      if (this.#isBehind) await this.#sendEntries();
      if (!this.#isStopped && !this.#wantedHashes.isEmpty) await this.#sendHashes();
    }
  }

  get #isBehind(): boolean {
    return this.#cursor < this.#parts.log.head().number;
  }

  async #sendEntries(): Promise<void> {
    const batch = await this.#parts.batches.after(this.#cursor);
    invariant(batch && batch.count > 0, `no entry after ${this.#cursor} below the head`);
    await this.#parts.send(batch.bytes);
    this.#cursor += batch.count;
  }

  async #sendHashes(): Promise<void> {
    const { bytes, numbers } = await this.#parts.hashAnswers.answer(this.#wantedHashes.next());
    this.#wantedHashes.done(numbers);
    await this.#parts.send(bytes);
  }
}
