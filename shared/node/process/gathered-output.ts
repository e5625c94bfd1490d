/**
 * Lines of a log on their way to a descriptor. A call to the system for each costs more than all else that an answer
 * from memory does, so lines that tell of no trouble wait some milliseconds for others. A warning leaves at once, with
 * all that waited before it: what led to an end is on record.
 */
import { destination, symbols } from 'pino';

/** A person who watches notices nothing; kill -9 takes no more with it. */
const WAIT_MS = 20;
/** What a pipe takes at once on Linux: pipe(7). */
const MAX_WAITING_CHARACTERS = 65_536;
/** pino's number for `warn`. */
const WARN = 40;

export interface LineTarget {
  write(text: string): void;
}

export class GatheredOutput {
  /** pino sets {@link lastLevel} before each line for a stream that has this. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #target: LineTarget;
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param target writes before it returns */
  constructor(target: LineTarget) {
    this.#target = target;
  }

  write(line: string): void {
    this.#waiting += line;
    if (this.lastLevel >= WARN || this.#waiting.length >= MAX_WAITING_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    this.#target.write(text);
  }
}

/** Standard output; what waits when the process ends by itself is written then. */
export function standardOutput(): GatheredOutput {
  const output = new GatheredOutput(destination({ fd: 1, sync: true }));
  process.once('exit', () => output.flush());
  return output;
}
