/**
 * Whether this edge may serve: one that was away (stopped, asleep, just started) first learns what the log says now,
 * for what it has may have been purged meanwhile. While the origin cannot be reached it serves what it has.
 *
 * It is behind from its start, and whenever it finds that it stood still, until its log reaches a head that the origin
 * showed after that; or until a dial fails, the origin refuses it, or nothing comes for a while: then the origin is away.
 */

/** The answer to a purge waits two seconds for acknowledgements: who stood still for less is not called away. */
const STOOD_STILL_MS = 1_000;
const TICK_MS = 250;
/** An origin that takes a connection and then says nothing is as good as away: the shop still shows. */
const SILENCE_MS = 5_000;

export interface CatchUpParts {
  /** Number of the last entry in effect. */
  applied(): number;
  /** Asks the origin for its head; the answer names `number`. False: it cannot be asked, and tells by itself. */
  askHead(number: number): boolean;
  /** Unix ms: cheap, and goes on while a machine sleeps, but people set it. */
  now(): number;
  /** ms since the machine started, its sleep included: nobody sets it, but it costs a system call or two. */
  sinceBootMs(): number;
}

export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #ticking: NodeJS.Timeout;
  #lookedAt: number;
  #ranAt: number;
  #isCurrent = false;
  /** The head that has to be reached; undefined: not known yet. */
  #target: number | undefined;
  /** Only the answer to this question counts: other heads may have waited in a socket while we stood still. */
  #asked: number | undefined;
  #questions = 0;
  #isWelcome = false;
  /** Until the next welcome: this origin shows a head that our log does not come to. */
  #gaveUp = false;
  #silence: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
    this.#lookedAt = parts.now();
    this.#ranAt = parts.sinceBootMs();
    this.#ticking = setInterval(() => this.#lookClosely(), TICK_MS).unref();
    this.#fallBehind();
  }

  get isCurrent(): boolean {
    this.#look();
    return this.#isCurrent;
  }

  /** Entries of the head that was told last and are not in effect here. */
  get lagEntries(): number {
    return Math.max(0, (this.#target ?? 0) - this.#parts.applied());
  }

  /** @returns false when it took longer */
  whenCurrent(limitMs: number): Promise<boolean> {
    if (this.isCurrent) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  welcomed(): void {
    this.#look();
    this.#isWelcome = true;
    this.#gaveUp = false;
    if (this.#asked !== undefined) this.#ask();
  }

  /** @param answers the question that this head answers */
  head(number: number, answers: number | undefined): void {
    this.#look();
    if (this.#asked !== undefined && answers !== this.#asked) return;
    if (this.#gaveUp) return;
    this.#asked = undefined;
    this.#target = number;
    if (this.#parts.applied() >= number) this.#caughtUp();
    else if (this.#isCurrent) this.#fallBehind();
  }

  /** Entries came and are in effect. */
  applied(): void {
    this.#look();
    if (this.#isCurrent) return;
    this.#silence?.refresh();
    if (this.#target !== undefined && this.#parts.applied() >= this.#target) this.#caughtUp();
  }

  /**
   * The socket is gone, or could not be had.
   * @param isAway the origin does not answer, or answers that it will have nothing to do with us
   */
  lost(isAway: boolean): void {
    this.#look();
    this.#isWelcome = false;
    this.#gaveUp = false;
    this.#asked = undefined;
    this.#target = undefined;
    if (isAway) this.#caughtUp();
  }

  /** There is nothing to catch up with: the origin shows another log. */
  giveUp(): void {
    this.#gaveUp = true;
    this.#caughtUp();
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#caughtUp();
  }

  #look(): void {
    const now = this.#parts.now();
    const passedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (passedMs > STOOD_STILL_MS + TICK_MS) this.#lookClosely();
  }

  /** We stood still, or somebody set the clock. */
  #lookClosely(): void {
    const now = this.#parts.sinceBootMs();
    const stoodStillMs = now - this.#ranAt;
    this.#ranAt = now;
    if (stoodStillMs <= STOOD_STILL_MS + TICK_MS) return;
    this.#target = undefined;
    this.#gaveUp = false;
    // Not yet welcome: then what it is told after that may have waited as well.
    this.#asked = ++this.#questions;
    this.#fallBehind();
    if (this.#isWelcome) this.#ask();
  }

  #ask(): void {
    if (this.#asked !== undefined && !this.#parts.askHead(this.#asked)) this.#asked = undefined;
  }

  #fallBehind(): void {
    this.#isCurrent = false;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.giveUp(), SILENCE_MS).unref();
  }

  #caughtUp(): void {
    this.#isCurrent = true;
    this.#asked = undefined;
    clearTimeout(this.#silence);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
