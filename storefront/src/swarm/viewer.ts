/**
 * What the page watches, and when in it. Data flows one way: a log grows, time says which moment of it, the picture
 * of that moment is drawn. Everything that parts of the page watch is a store here.
 */
import { createStore, type Store } from '../store.ts';
import type { Branch } from './log/branch.ts';
import type { StepKind } from './log/moments.ts';
import type { Selection } from './share/url-state.ts';
import { nearestSpeedIndex, SPEEDS } from './time/speed.ts';
import {
  AT_THE_BEGIN,
  advance,
  follow,
  grow,
  pause,
  play,
  seek,
  setSpeed,
  stepTo,
  type TimeControl,
  toggle,
} from './time/time-control.ts';

/** Words and tables change so often while time goes; faster than that nobody reads. */
const WORDS_EVERY_MS = 120;

export class Viewer {
  readonly time = createStore<TimeControl>(AT_THE_BEGIN);
  readonly branch = createStore<Branch | undefined>(undefined);
  /** All runs that are kept, in the order in which they were made. */
  readonly branches = createStore<readonly Branch[]>([]);
  readonly selection = createStore<Selection | undefined>(undefined);
  /** What the watcher points at, or has the keyboard on. */
  readonly pointedAt = createStore<Selection | undefined>(undefined);
  /** Counts the times at which the log that is shown grew. */
  readonly grown = createStore(0);
  /** The moment that words and tables tell of: it follows the time in steps. */
  readonly moment = createStore(0);
  #sinceWordsMs = 0;

  constructor() {
    this.time.subscribe(() => this.#keepMoment());
  }

  #keepMoment(): void {
    const { isPlaying, atMs } = this.time.get();
    if (!isPlaying || this.#sinceWordsMs >= WORDS_EVERY_MS) {
      this.#sinceWordsMs = 0;
      this.moment.set(atMs);
    }
  }

  /** A frame of the page's own time went by. */
  frame(elapsedMs: number): void {
    this.#sinceWordsMs += elapsedMs;
    this.#change((time) => advance(time, elapsedMs));
  }

  toggle(): void {
    this.#change(toggle);
  }

  play(): void {
    this.#change(play);
  }

  pause(): void {
    this.#change(pause);
  }

  seek(atMs: number): void {
    this.#change((time) => seek(time, atMs));
  }

  follow(): void {
    this.#change(follow);
  }

  setSpeed(speed: number): void {
    this.#change((time) => setSpeed(time, speed));
  }

  changeSpeed(steps: -1 | 1): void {
    const index = nearestSpeedIndex(this.time.get().speed) + steps;
    this.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index))] as number);
  }

  step(kind: StepKind, way: 'on' | 'back'): void {
    const moments = this.branch.get()?.log.moments;
    const { atMs } = this.time.get();
    const to = way === 'on' ? moments?.after(kind, atMs) : moments?.before(kind, atMs);
    this.#change((time) => stepTo(time, to));
  }

  /** To look inside something is to stop. */
  select(selection: Selection | undefined): void {
    if (selection !== undefined) this.pause();
    this.selection.set(selection);
  }

  /** Forgets all runs and shows this one from its begin. */
  open(branch: Branch, time: Partial<TimeControl> = {}): void {
    this.branches.set([branch]);
    this.selection.set(undefined);
    this.pointedAt.set(undefined);
    this.branch.set(branch);
    this.time.set(grow({ ...AT_THE_BEGIN, ...time }, branch.log.endMs, branch.log.isOpen));
    this.grown.set(this.grown.get() + 1);
  }

  /** Keeps the runs there are, and goes on in this one, not before `fromMs`. */
  add(branch: Branch, fromMs: number): void {
    this.branches.set([...this.branches.get(), branch]);
    this.show(branch);
    this.seek(Math.max(fromMs, this.time.get().atMs));
  }

  show(branch: Branch): void {
    this.branch.set(branch);
    this.#change((time) => ({
      ...time,
      endMs: branch.log.endMs,
      isOpen: branch.log.isOpen,
      isFollowing: false,
    }));
    this.seek(this.time.get().atMs);
    this.grown.set(this.grown.get() + 1);
  }

  /** More of a log came. */
  logGrew(branch: Branch): void {
    if (branch !== this.branch.get()) return;
    this.#change((time) => grow(time, branch.log.endMs, branch.log.isOpen));
    this.grown.set(this.grown.get() + 1);
  }

  #change(how: (time: TimeControl) => TimeControl): void {
    update(this.time, how);
  }
}

function update<Value>(store: Store<Value>, how: (value: Value) => Value): void {
  store.set(how(store.get()));
}
