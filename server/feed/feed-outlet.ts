/** How frames leave one feed socket: what waits is bounded, and so is the time that a reader may take (threat row 15). */
import type { WebSocket } from 'ws';
import { setDeadline } from '../../shared/node/process/deadline.ts';
import type { FeedLimits } from './feed-limits.ts';

/** A refused client gets its reason; one that does not hang up itself then is cut off. */
const REFUSED_LINGER_MS = 1_000;

export class FeedOutlet {
  readonly #socket: WebSocket;
  readonly #limits: Pick<FeedLimits, 'backlogBytes' | 'drainMs'>;
  readonly #taken: () => void;

  /** @param taken the kernel has taken a frame: there may be room now */
  constructor(socket: WebSocket, limits: Pick<FeedLimits, 'backlogBytes' | 'drainMs'>, taken: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#taken = taken;
  }

  /** Frames that may be skipped are, while more than the backlog waits. */
  get hasRoom(): boolean {
    return this.#socket.bufferedAmount <= this.#limits.backlogBytes;
  }

  /** @param frame bytes: deflated; lost when the socket is closing */
  send(frame: string | Uint8Array): void {
    this.#socket.send(frame, this.#taken);
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /**
   * @param tooSlow its time is over; to end the socket ends the wait as well
   * @returns resolves when the kernel has taken them, or the socket is gone
   */
  drain(bytes: Uint8Array, tooSlow: () => void): Promise<void> {
    return new Promise((resolve) => {
      const limit = setDeadline(this.#limits.drainMs, tooSlow);
      // For what it could not send ws calls back with an error.
      this.#socket.send(bytes, { binary: true }, () => {
        limit.clear();
        resolve();
        this.#taken();
      });
    });
  }

  /** Says good-bye, and cuts off who does not answer it. */
  close(status: number, reason: string): void {
    this.#socket.close(status, reason);
    const timer = setTimeout(() => this.terminate(), REFUSED_LINGER_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
