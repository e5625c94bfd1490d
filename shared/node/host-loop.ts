/**
 * Joins the engine, which does nothing by itself, to a clock and to those who do things: one input, one step, its
 * actions in order. Inputs that come up while actions are performed (a block that was in memory, a hash) wait in
 * line, so that no step is ever entered from within another.
 */
import type { EngineAction, StepResult } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';

export interface HostLoopParts {
  readonly engine: { step(input: EngineInput, now: number): StepResult };
  /** Monotonic ms in which this process was awake (AW1). */
  readonly now: () => number;
  readonly perform: (action: EngineAction) => void;
  /** A step or an action threw: our own fault, and the state is no longer to be trusted. Called once. */
  readonly onFatal: (error: unknown) => void;
}

/** Longest that a Node timer can wait; a later wake-up is set again when this one is over. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class HostLoop {
  readonly #parts: HostLoopParts;
  #line: EngineInput[] = [];
  #isRunning = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer rings. */
  #ringsAt = Number.POSITIVE_INFINITY;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(parts: HostLoopParts) {
    this.#parts = parts;
  }

  /** Hands an input in. Bytes in it are used up on return, unless an action is being performed just now. */
  feed(input: EngineInput): void {
    if (this.#isStopped) return;
    this.#line.push(input);
    if (!this.#isRunning) this.#drain();
  }

  /** No more steps. */
  stop(): void {
    this.#isStopped = true;
    this.#line = [];
    clearTimeout(this.#timer);
  }

  #drain(): void {
    this.#isRunning = true;
    try {
      // The line grows while it is walked.
      for (let at = 0; at < this.#line.length && !this.#isStopped; at++)
        this.#step(this.#line[at] as EngineInput);
    } catch (error) {
      this.stop();
      this.#parts.onFatal(error);
    }
    this.#line = [];
    this.#isRunning = false;
    if (!this.#isStopped) this.#sleep();
  }

  #step(input: EngineInput): void {
    const { actions, wakeAt } = this.#parts.engine.step(input, this.#parts.now());
    this.#wakeAt = wakeAt;
    for (const action of actions) {
      if (this.#isStopped) return;
      this.#parts.perform(action);
    }
  }

  /** A timer that rings too early is left alone: it costs one look, moving it at every step would cost more. */
  #sleep(): void {
    if (this.#wakeAt >= this.#ringsAt) return;
    clearTimeout(this.#timer);
    this.#ringsAt = this.#wakeAt;
    const delayMs = Math.min(Math.max(1, Math.ceil(this.#wakeAt - this.#parts.now())), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#ring(), delayMs);
  }

  #ring(): void {
    this.#ringsAt = Number.POSITIVE_INFINITY;
    if (this.#wakeAt <= this.#parts.now()) this.feed({ type: 'tick' });
    else this.#sleep();
  }
}
