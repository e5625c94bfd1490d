/** How fast this node takes bytes in, over all its links and web seeds together. */
import { Turns } from './turns.ts';

/** A socket, or what comes over one. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

export class DownLimit {
  readonly #turns: Turns<Source>;

  /**
   * @param bytesPerSecond Infinity: no limit
   * @param now monotonic ms
   */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#turns = new Turns(bytesPerSecond, now, (source) => {
      source.resume();
      return 'not yet known';
    });
  }

  get isLimited(): boolean {
    return this.#turns.isLimited;
  }

  /** Bytes came. @returns whether their source is to {@link rest} */
  spend(bytes: number): boolean {
    return this.#turns.spend(bytes);
  }

  /** Reads no more of it until its turn comes. */
  rest(source: Source): void {
    source.pause();
    this.#turns.join(source);
    this.#turns.run();
  }

  /** It has ended. */
  leave(source: Source): void {
    this.#turns.leave(source);
  }

  /** Nobody has a turn any more. */
  stop(): void {
    this.#turns.stop();
  }
}
