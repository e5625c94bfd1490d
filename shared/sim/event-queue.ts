/** What happens next in virtual time: a binary heap, and a plain queue for what happens at once. */

type Run = () => void;

/** Time goes in steps of 2^-10 ms, so that sums and differences of times are exact and runs replay anywhere. */
const STEPS_PER_MS = 1024;

/** The next step of the clock: what is compared with the time of events must be rounded as they are. */
export const stepAfter = (ms: number): number => Math.ceil(ms * STEPS_PER_MS) / STEPS_PER_MS;

export class EventQueue {
  now = 0;
  readonly #times: number[] = [];
  /** Ties are run in the order in which they were set: a run must replay. */
  readonly #orders: number[] = [];
  readonly #runs: Run[] = [];
  #order = 0;
  #soon: Run[] = [];
  #soonAt = 0;

  /** When the next event is due; undefined: none is set. */
  get nextAtMs(): number | undefined {
    return this.#times[0];
  }

  /** Not before `atMs`, and at the next step of the clock. */
  at(atMs: number, run: Run): void {
    const time = stepAfter(atMs);
    const times = this.#times;
    const orders = this.#orders;
    const runs = this.#runs;
    const order = this.#order++;
    let slot = times.length;
    times.push(time);
    orders.push(order);
    runs.push(run);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if ((times[parent] as number) <= time) break;
      this.#move(parent, slot);
      slot = parent;
    }
    times[slot] = time;
    orders[slot] = order;
    runs[slot] = run;
  }

  /** Still now, after what is under way. */
  soon(run: Run): void {
    this.#soon.push(run);
  }

  /** Runs until the condition holds. @returns whether it did before `endMs` of virtual time */
  runUntil(condition: () => boolean, endMs: number): boolean {
    while (!condition()) {
      const soon = this.#takeSoon();
      if (soon) soon();
      else if (this.#times.length === 0 || (this.#times[0] as number) > endMs) {
        this.now = Math.max(this.now, endMs);
        return condition();
      } else this.#runFirst();
    }
    return true;
  }

  #takeSoon(): Run | undefined {
    const run = this.#soon[this.#soonAt];
    if (run) this.#soonAt++;
    else if (this.#soonAt > 0) {
      this.#soon = [];
      this.#soonAt = 0;
    }
    return run;
  }

  #runFirst(): void {
    this.now = this.#times[0] as number;
    const run = this.#runs[0] as Run;
    const time = this.#times.pop() as number;
    const order = this.#orders.pop() as number;
    const last = this.#runs.pop() as Run;
    const length = this.#times.length;
    if (length > 0) {
      const slot = this.#sink(time, order);
      this.#times[slot] = time;
      this.#orders[slot] = order;
      this.#runs[slot] = last;
    }
    run();
  }

  /** Where an event of this time belongs when the root is free. */
  #sink(time: number, order: number): number {
    const length = this.#times.length;
    let slot = 0;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= length) return slot;
      const sibling = child + 1;
      if (
        sibling < length &&
        this.#isEarlier(sibling, this.#times[child] as number, this.#orders[child] as number)
      )
        child = sibling;
      if (!this.#isEarlier(child, time, order)) return slot;
      this.#move(child, slot);
      slot = child;
    }
  }

  #isEarlier(slot: number, time: number, order: number): boolean {
    const own = this.#times[slot] as number;
    return own < time || (own === time && (this.#orders[slot] as number) < order);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#runs[to] = this.#runs[from] as Run;
  }
}
