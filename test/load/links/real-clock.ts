/**
 * Virtual time that follows the real clock: an event that a busy machine runs late counts as run in time, so that
 * rates and delays come out exact on average, and what is late is made up for.
 */
import { EventQueue } from '../../../shared/sim/event-queue.ts';

/** Time, and what is to happen in it. */
export interface Clock {
  /** Ms on a scale of its own. */
  readonly nowMs: number;
  at(atMs: number, run: () => void): void;
}

export class RealClock implements Clock {
  readonly #queue = new EventQueue();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #isRunning = false;

  /** The time of the event that runs, else that of the real clock. */
  get nowMs(): number {
    if (!this.#isRunning) this.#run();
    return this.#queue.now;
  }

  at(atMs: number, run: () => void): void {
    this.#queue.at(atMs, run);
    this.#sleep();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#isRunning = true;
    this.#queue.runUntil(() => this.#isClosed, performance.now());
    this.#isRunning = false;
    this.#sleep();
  }

  #sleep(): void {
    const next = this.#queue.nextAtMs;
    if (this.#isRunning || this.#isClosed || next === undefined || next >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = next;
    const wait = () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#run();
    };
    this.#timer = setTimeout(wait, Math.max(0, next - performance.now()));
  }
}
