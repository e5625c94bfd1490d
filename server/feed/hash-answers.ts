/** Answers to `wantHashes` (FH1 to FH3 of docs/PROTOCOL.md): what one edge still waits for, and how frames are made. */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { FeedServerFrame, NumberRanges, SetHashes } from '../../shared/api-types/feed.ts';
import { MAX_FRAME_RANGES } from '../../shared/feed/announce-frames.ts';
import { numbersIn, rangesOf } from '../../shared/feed/number-ranges.ts';
import { encodeServerFrame, MAX_FRAME_ENTRIES } from '../../shared/feed/server-frame.ts';
import type { Signed } from '../../shared/log/entry.ts';
import { deflateFrame } from '../../shared/node/feed-deflate.ts';

/** An edge asks for some hundred sets ahead of its joins; a thousand numbers are no burden for anybody. */
export const MAX_WANTED_SETS = 1_024;
/** Half of what a frame of entries may have: a new entry waits for one of these at most. */
const MAX_ANSWER_CHARACTERS = 262_144;
/** A fleet that lost its disks asks for the same sets: of 160 KiB each, these are ten thousand. */
const MAX_KEPT_CHARACTERS = 16 * 1_048_576;
/** A set's hashes are read from its .torrent in half a millisecond: so many, then others have their turn. */
const READ_AT_ONCE = 8;

/** What one edge asked for and was not yet told, in the order asked. */
export class WantedHashes {
  readonly #numbers = new Set<number>();

  get isEmpty(): boolean {
    return this.#numbers.size === 0;
  }

  /**
   * @param highest number of the last entry: what lies beyond is no set
   * @returns false when it asks for more than it may wait for
   */
  add(sets: NumberRanges, highest: number): boolean {
    for (const number of numbersIn(sets, highest)) {
      this.#numbers.add(number);
      if (this.#numbers.size > MAX_WANTED_SETS) return false;
    }
    return true;
  }

  /** As many as one answer names at most; they stay until {@link done}. */
  next(): readonly number[] {
    const numbers: number[] = [];
    for (const number of this.#numbers) {
      if (numbers.length === MAX_FRAME_RANGES) break;
      numbers.push(number);
    }
    return numbers;
  }

  done(numbers: readonly number[]): void {
    for (const number of numbers) this.#numbers.delete(number);
  }
}

export interface HashAnswer {
  /** The frame, deflated. */
  readonly bytes: Uint8Array;
  /** Sets that it is done with. */
  readonly numbers: readonly number[];
}

export class HashAnswers {
  readonly #read: (after: number, limit: number) => Promise<readonly Signed[]>;
  readonly #hashesOf: (entry: Signed) => Promise<SetHashes | undefined>;
  readonly #kept = new LRUCache<number, SetHashes>({
    maxSize: MAX_KEPT_CHARACTERS,
    sizeCalculation: ({ hashes }) => hashes.length + 1,
  });
  /** A fleet asks for the same sets at the same time: each is read once for all of them. */
  readonly #underWay = new Map<number, Promise<SetHashes | undefined>>();

  /** @param hashesOf see ./set-hashes.ts */
  constructor(
    read: (after: number, limit: number) => Promise<readonly Signed[]>,
    hashesOf: (entry: Signed) => Promise<SetHashes | undefined>,
  ) {
    this.#read = read;
    this.#hashesOf = hashesOf;
  }

  /** The first of these sets, as many as one frame has room for; at least one. */
  async answer(numbers: readonly number[]): Promise<HashAnswer> {
    const done: number[] = [];
    const pieceHashes: SetHashes[] = [];
    let characters = 0;
    for (const number of numbers) {
      if (pieceHashes.length === MAX_FRAME_ENTRIES) break;
      if (done.length % READ_AT_ONCE === READ_AT_ONCE - 1) await setImmediate();
      const set = await this.#hashesAt(number);
      characters += set?.hashes.length ?? 0;
      if (done.length > 0 && characters > MAX_ANSWER_CHARACTERS) break;
      done.push(number);
      if (set) pieceHashes.push(set);
    }
    const sets = rangesOf(
      [...done].sort((a, b) => a - b),
      () => true,
    );
    const frame: FeedServerFrame = { type: 'hashes', sets, pieceHashes };
    return { bytes: deflateFrame(encodeServerFrame(frame)), numbers: done };
  }

  #hashesAt(number: number): SetHashes | Promise<SetHashes | undefined> {
    const known = this.#kept.get(number) ?? this.#underWay.get(number);
    if (known) return known;
    const reading = this.#readHashes(number).finally(() => this.#underWay.delete(number));
    this.#underWay.set(number, reading);
    return reading;
  }

  async #readHashes(number: number): Promise<SetHashes | undefined> {
    const [entry] = await this.#read(number - 1, 1);
    const set = entry && (await this.#hashesOf(entry));
    if (set) this.#kept.set(number, set);
    return set;
  }
}
