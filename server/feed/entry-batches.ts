/**
 * Ready `entries` frames by where they start. All live edges stand at the same number, so one append is read
 * and serialised once however many edges listen; a herd that resumes shares most of its frames too.
 */
import type { SetHashes } from '../../shared/api-types/feed.ts';
import type { Signed } from '../../shared/log/entry.ts';
import { deflateFrame } from '../../shared/node/feed-deflate.ts';

export interface EntryBatch {
  /** The frame, deflated. */
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** A frame of 512 KiB is some 200 KiB when deflated: 6 MiB at most. */
const KEPT_BATCHES = 32;
/** `{"type":"entries","entries":[],"pieceHashes":[]}` */
const ENVELOPE_BYTES = 49;

export class EntryBatches {
  readonly #read: (after: number, limit: number) => Promise<readonly Signed[]>;
  readonly #hashesOf: (entry: Signed) => Promise<SetHashes | undefined>;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #kept = new Map<number, Promise<EntryBatch>>();

  /** @param hashesOf what goes along with an entry; see ./set-hashes.ts */
  constructor(
    read: (after: number, limit: number) => Promise<readonly Signed[]>,
    hashesOf: (entry: Signed) => Promise<SetHashes | undefined>,
    maxEntries: number,
    maxBytes: number,
  ) {
    this.#read = read;
    this.#hashesOf = hashesOf;
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
    const entries: string[] = [];
    const pieceHashes: string[] = [];
    let lengthBytes = ENVELOPE_BYTES;
    for (const signed of await this.#read(after, this.#maxEntries)) {
      const { body, signature } = signed;
      const text = JSON.stringify({ body, signature });
      const set = await this.#hashesOf(signed);
      const hashes = set && JSON.stringify(set);
      lengthBytes += Buffer.byteLength(text) + 1 + (hashes ? hashes.length + 1 : 0);
      if (entries.length > 0 && lengthBytes > this.#maxBytes) break;
      entries.push(text);
      if (hashes) pieceHashes.push(hashes);
    }
    const text = `{"type":"entries","entries":[${entries.join(',')}],"pieceHashes":[${pieceHashes.join(',')}]}`;
    return { bytes: deflateFrame(text), count: entries.length };
  }
}
