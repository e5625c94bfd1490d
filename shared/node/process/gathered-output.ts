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

/** Makes the line when it is written: many at a time cost less than as many one by one, between other work. */
export type LaterLine = () => string;
/** What such a line is taken for while it waits. */
const LATER_LINE_CHARACTERS = 256;

export interface LineTarget {
  write(text: string): void;
}

export class GatheredOutput {
  /** pino sets {@link lastLevel} before each line for a stream that has this. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #target: LineTarget;
  #waiting: (string | LaterLine)[] = [];
  #waitingCharacters = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param target writes before it returns */
  constructor(target: LineTarget) {
    this.#target = target;
  }

  write(line: string): void {
    this.#add(line, line.length);
    if (this.lastLevel >= WARN) this.flush();
  }

  /** A line that tells of no trouble, in its place among the others. */
  writeLater(make: LaterLine): void {
    this.#add(make, LATER_LINE_CHARACTERS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    this.#target.write(lines.map((line) => (typeof line === 'string' ? line : line())).join(''));
  }

  #add(line: string | LaterLine, characters: number): void {
    this.#waiting.push(line);
    this.#waitingCharacters += characters;
    if (this.#waitingCharacters >= MAX_WAITING_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  }
}

/** Standard output; what waits when the process ends by itself is written then. */
export function standardOutput(): GatheredOutput {
  const target = destination({ fd: 1, sync: true });
  // pino itself stops at a pipe that nobody reads, and takes a terminal that closed for a fault: it would end the drain.
  target.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EIO') throw error;
  });
  const output = new GatheredOutput(target);
  process.once('exit', () => output.flush());
  return output;
}
