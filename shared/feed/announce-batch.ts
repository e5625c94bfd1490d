/**
 * What an edge tells the origin of its image sets, gathered into few frames (rules FA1 to FA3). A machine without a
 * clock: changes and socket events come with `now` (ms), {@link AnnounceBatch.nextAt} says when to ask for a frame.
 */
import type { NumberRanges } from '../api-types/feed.ts';
import type { Random } from '../random.ts';
import { type AnnounceFrame, MAX_FRAME_RANGES } from './announce-frames.ts';
import { rangesOf } from './number-ranges.ts';

export interface AnnounceBatchLimits {
  /** Changes of so long go in one frame; the first after a pause goes at once. So ten frames a second at most. */
  readonly gatherMs: number;
  /** A new socket tells all sets within this, at random: a fleet comes back at one moment. */
  readonly spreadMs: number;
  /** Between frames when one does not hold it all: four a second, of the twenty that the origin takes. */
  readonly paceMs: number;
}

export const ANNOUNCE_BATCH_LIMITS: AnnounceBatchLimits = { gatherMs: 100, spreadMs: 1_000, paceMs: 250 };

export type SetState = 'has' | 'wants';

/** The log's numbers of sets. */
export interface SetNumbers<Set> {
  /** undefined: not published any more. */
  numberOf(set: Set): number | undefined;
  /** Whether this entry publishes a set that is still published. */
  isSet(number: number): boolean;
}

export class AnnounceBatch<Set> {
  readonly #numbers: SetNumbers<Set>;
  readonly #random: Random;
  readonly #limits: AnnounceBatchLimits;
  readonly #states = new Map<Set, SetState>();
  /** Changed since it was told. */
  readonly #pending = new Map<Set, SetState | 'left'>();
  #isOpen = false;
  /** Whether the frame is still to come that says: that was all. */
  #owesWhole = false;
  #nextAt = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(numbers: SetNumbers<Set>, random: Random, limits: AnnounceBatchLimits = ANNOUNCE_BATCH_LIMITS) {
    this.#numbers = numbers;
    this.#random = random;
    this.#limits = limits;
  }

  /** When {@link take} has a frame; Infinity when there is nothing to say. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Whether there is a socket. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @param state undefined: all */
  sets(state?: SetState): Set[] {
    return [...this.#states].filter(([, is]) => state === undefined || is === state).map(([set]) => set);
  }

  /** Told again even when nothing changed: who asks again wants to hear of peers. */
  change(set: Set, state: SetState | 'left', now: number): void {
    if (state === 'left') {
      if (!this.#states.delete(set)) return;
    } else this.#states.set(set, state);
    if (!this.#isOpen) return;
    this.#pending.set(set, state);
    this.#nextAt = Math.min(this.#nextAt, Math.max(now, this.#sentAt + this.#limits.gatherMs));
  }

  /** A new socket, on which nothing was told yet. */
  opened(now: number): void {
    this.#isOpen = true;
    this.#owesWhole = true;
    this.#pending.clear();
    for (const [set, state] of this.#states) this.#pending.set(set, state);
    const spreadMs = this.#pending.size > 0 ? this.#random.fraction() * this.#limits.spreadMs : 0;
    this.#nextAt = now + spreadMs;
  }

  closed(): void {
    this.#isOpen = false;
    this.#owesWhole = false;
    this.#pending.clear();
    this.#nextAt = Number.POSITIVE_INFINITY;
  }

  /** The frame that is due. */
  take(now: number): AnnounceFrame | undefined {
    if (now < this.#nextAt) return undefined;
    const lists = this.#listed();
    const frame: { has: NumberRanges; wants: NumberRanges; left: NumberRanges } = {
      has: [],
      wants: [],
      left: [],
    };
    let room = 2 * MAX_FRAME_RANGES;
    for (const state of ['left', 'wants', 'has'] as const) {
      const taken = rangesOf(lists[state], this.#numbers.isSet.bind(this.#numbers)).slice(0, room);
      frame[state] = taken;
      room -= taken.length;
    }
    const isAll = this.#forget(frame);
    const whole = isAll && this.#owesWhole;
    if (whole) this.#owesWhole = false;
    this.#sentAt = now;
    this.#nextAt = isAll ? Number.POSITIVE_INFINITY : now + this.#limits.paceMs;
    return { type: 'announce', ...frame, whole };
  }

  /** Numbers of what is pending, rising. What is published no more needs no word. */
  #listed(): Record<SetState | 'left', number[]> {
    const lists: Record<SetState | 'left', number[]> = { has: [], wants: [], left: [] };
    for (const [set, state] of this.#pending) {
      const number = this.#numbers.numberOf(set);
      if (number === undefined) this.#pending.delete(set);
      else lists[state].push(number);
    }
    for (const list of Object.values(lists)) list.sort((a, b) => a - b);
    return lists;
  }

  /** @returns whether nothing is left to be told */
  #forget(frame: { readonly [State in SetState | 'left']: NumberRanges }): boolean {
    for (const [set, state] of this.#pending) {
      const number = this.#numbers.numberOf(set) as number;
      // Lists are cut at their ends, so whatever is not beyond the last range was named.
      if (number <= (frame[state].at(-1) ?? 0)) this.#pending.delete(set);
    }
    return this.#pending.size === 0;
  }
}
