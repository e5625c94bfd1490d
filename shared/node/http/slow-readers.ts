/**
 * A floor on the rate at which a client takes what waits for it (threat row 15). Node ends a connection on which
 * nothing moves; this ends one that moves a byte now and then to hold it for hours.
 */
import type { Writable } from 'node:stream';
import type { HttpLog } from './exchange.ts';

/** A very bad mobile connection still gives four times this. */
const FLOOR_BYTES_PER_SECOND = 1024;
/** A train in a tunnel: nothing moves, then all does. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

interface Waiting {
  readonly waitingBytes: number;
  readonly sinceMs: number;
}

/**
 * Whether a reader is too slow. `writableLength` falls only when a whole chunk has left the process, so the time
 * allowed grows with what waits.
 */
export function isTooSlow(waiting: Waiting, nowMs: number): boolean {
  const allowedMs = GRACE_MS + (waiting.waitingBytes / FLOOR_BYTES_PER_SECOND) * 1000;
  return nowMs - waiting.sinceMs > allowedMs;
}

/** A socket, or a stream of HTTP/2: there the socket moves for PINGs while an answer stands still. */
export interface Reader extends Pick<Writable, 'writableLength' | 'once'> {
  /** Of a socket, `writableLength` included: more of it may have been written while some of it was taken. */
  readonly bytesWritten?: number;
  readonly remoteAddress?: string | undefined;
}

export interface SlowReaderWatch {
  /** @param end cuts the reader off */
  add(reader: Reader, end: () => void): void;
  start(): void;
  stop(): void;
}

interface Watched {
  end(): void;
  waiting: Waiting | undefined;
  /** Changes when something is taken. */
  leftBytes: number;
}

export function createSlowReaderWatch(log: HttpLog): SlowReaderWatch {
  const readers = new Map<Reader, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let nowMs = 0;

  const look = (): void => {
    // Counted by looks, which a standstill of ours leaves out (AW1).
    nowMs += LOOK_EVERY_MS;
    for (const [reader, watched] of readers) {
      const { writableLength: waitingBytes, bytesWritten = 0 } = reader;
      const leftBytes = waitingBytes - bytesWritten;
      const { waiting } = watched;
      if (waitingBytes === 0) watched.waiting = undefined;
      else if (waiting === undefined || leftBytes !== watched.leftBytes) {
        watched.waiting = { waitingBytes, sinceMs: nowMs };
        watched.leftBytes = leftBytes;
      } else if (isTooSlow(waiting, nowMs)) {
        log.warn({ address: reader.remoteAddress, waitingBytes }, 'reader too slow');
        watched.end();
      }
    }
  };

  return {
    add: (reader, end) => {
      readers.set(reader, { end, waiting: undefined, leftBytes: 0 });
      reader.once('close', () => readers.delete(reader));
    },
    start: () => {
      timer = setInterval(look, LOOK_EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
