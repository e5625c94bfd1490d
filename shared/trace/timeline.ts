/**
 * A log and the picture at any time of it. Copies of the picture are kept on the way, so that going back, or far ahead,
 * costs the records since the copy before and not all of them.
 */
import { apply } from './apply.ts';
import { copyPicture } from './own.ts';
import { emptyPicture, type Picture, type View } from './picture.ts';
import type { TraceHeader, TraceRecord } from './record.ts';

/** Applying so many takes some 2 ms. */
const FIRST_SPACING = 2_000;
/** Then every other is dropped. */
const MAX_COPIES = 64;

interface KeptPicture {
  /** Records that it has taken in. */
  readonly count: number;
  readonly picture: Picture;
}

export class Timeline {
  readonly header: TraceHeader;
  readonly #records: TraceRecord[] = [];
  /** With all records taken in. */
  readonly #newest = emptyPicture();
  #kept: KeptPicture[] = [{ count: 0, picture: emptyPicture() }];
  #spacing = FIRST_SPACING;
  /** Where the looker is. */
  #shown = emptyPicture();
  #shownCount = 0;

  constructor(header: TraceHeader) {
    this.header = header;
  }

  get records(): readonly TraceRecord[] {
    return this.#records;
  }

  /** Time of the last record. */
  get endMs(): number {
    return this.#newest.t;
  }

  /** With all records; belongs to the timeline and changes with it. */
  get newest(): View<Picture> {
    return this.#newest;
  }

  /** @param records in order, none earlier than those that are there */
  append(records: readonly TraceRecord[]): void {
    for (const record of records) {
      apply(this.#newest, record);
      this.#records.push(record);
      if (this.#records.length % this.#spacing === 0) this.#keep();
    }
  }

  #keep(): void {
    this.#kept.push({ count: this.#records.length, picture: copyPicture(this.#newest) });
    if (this.#kept.length <= MAX_COPIES) return;
    this.#spacing *= 2;
    this.#kept = this.#kept.filter(({ count }) => count % this.#spacing === 0);
  }

  /**
   * The picture when all records up to `t` have happened, those of that very moment too. It belongs to the timeline and
   * holds until the next call.
   */
  pictureAt(t: number): View<Picture> {
    return this.pictureAfter(this.countUntil(t), t);
  }

  /** The picture after so many records, for going record by record. */
  pictureAfter(count: number, t = this.#records[count - 1]?.t ?? 0): View<Picture> {
    const kept = this.#keptBefore(count);
    if (count < this.#shownCount || kept.count > this.#shownCount) {
      this.#shown = copyPicture(kept.picture);
      this.#shownCount = kept.count;
    }
    while (this.#shownCount < count) apply(this.#shown, this.#records[this.#shownCount++] as TraceRecord);
    this.#shown.t = t;
    return this.#shown;
  }

  #keptBefore(count: number): KeptPicture {
    let found = this.#kept[0] as KeptPicture;
    for (const kept of this.#kept) if (kept.count <= count) found = kept;
    return found;
  }

  /** Records that have happened at `t`: those before this index. */
  countUntil(t: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle] as TraceRecord).t <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
