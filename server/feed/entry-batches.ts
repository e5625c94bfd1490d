/**
 * Ready `entries` frames by where they start. All live edges stand at the same number, so one append is read
 * and serialised once however many edges listen; a herd that resumes shares most of its frames too.
 */
import type { Signed } from '../../shared/log/entry.ts';

export interface EntryBatch {
  readonly text: string;
  readonly count: number;
}

/** At 512 KiB a frame this is 16 MiB at most. */
const KEPT_BATCHES = 32;
/** `{"type":"entries","entries":[]}` */
const ENVELOPE_BYTES = 31;

export class EntryBatches {
  readonly #read: (after: number, limit: number) => Promise<readonly Signed[]>;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #kept = new Map<number, Promise<EntryBatch>>();

  constructor(
    read: (after: number, limit: number) => Promise<readonly Signed[]>,
    maxEntries: number,
    maxBytes: number,
  ) {
    this.#read = read;
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** The entries after `number`, as many as one frame may carry; at least one where there is one. */
  after(number: number): Promise<EntryBatch> {
    const kept = this.#kept.get(number);
    if (kept) return kept;
    const made = this.#make(number);
    this.#kept.set(number, made);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_BATCHES) break;
      this.#kept.delete(oldest);
    }
    // A failed read is not remembered: the next session asks the catalog again.
    made.catch(() => {
      if (this.#kept.get(number) === made) this.#kept.delete(number);
    });
    return made;
  }

  /** The log grew: a batch that ended at the old head now has more to carry. */
  appended(): void {
    this.#kept.clear();
  }

  async #make(after: number): Promise<EntryBatch> {
    const entries = await this.#read(after, this.#maxEntries);
    const texts: string[] = [];
    let lengthBytes = ENVELOPE_BYTES;
    for (const { body, signature } of entries) {
      const text = JSON.stringify({ body, signature });
      lengthBytes += Buffer.byteLength(text) + 1;
      if (texts.length > 0 && lengthBytes > this.#maxBytes) break;
      texts.push(text);
    }
    return { text: `{"type":"entries","entries":[${texts.join(',')}]}`, count: texts.length };
  }
}
