/**
 * A floor on the rate at which a client takes what waits for it (threat row 15). Node ends a connection on which
 * nothing moves; this ends one that moves a byte now and then to hold it for hours.
 */
import type { Socket } from 'node:net';
import type { HttpLog } from './exchange.ts';

/** A very bad mobile connection still gives four times this. */
const FLOOR_BYTES_PER_SECOND = 1024;
/** A train in a tunnel: nothing moves, then all does. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

interface Waiting {
  /** Bytes handed to the kernel when we began to wait. */
  readonly takenBytes: number;
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

export interface SlowReaderWatch {
  add(socket: Socket): void;
  start(): void;
  stop(): void;
}

export function createSlowReaderWatch(log: HttpLog): SlowReaderWatch {
  const sockets = new Map<Socket, Waiting | undefined>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const nowMs = performance.now();
    for (const [socket, before] of sockets) {
      const waitingBytes = socket.writableLength;
      const takenBytes = socket.bytesWritten - waitingBytes;
      if (waitingBytes === 0) {
        if (before !== undefined) sockets.set(socket, undefined);
      } else if (before === undefined || takenBytes > before.takenBytes) {
        sockets.set(socket, { takenBytes, waitingBytes, sinceMs: nowMs });
      } else if (isTooSlow(before, nowMs)) {
        log.warn({ address: socket.remoteAddress, waitingBytes }, 'reader too slow');
        socket.destroy();
      }
    }
  };

  return {
    add: (socket) => {
      sockets.set(socket, undefined);
      socket.once('close', () => sockets.delete(socket));
    },
    start: () => {
      timer = setInterval(look, LOOK_EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
