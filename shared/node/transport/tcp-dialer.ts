/**
 * Connects out: at most so many half-open connections at a time, since each may hang until its time-out and some
 * routers drop hosts that open hundreds at once. What waits is dialled in order; a queue that is too long fails.
 */
import { connect, type Socket } from 'node:net';
import type { Address } from '../../engine/inputs.ts';
import type { InfoHash } from '../../units.ts';
import { setDeadline } from '../process/deadline.ts';

export interface Dial {
  readonly torrent: InfoHash;
  readonly address: Address;
}

export interface TcpDialerOptions {
  readonly maxHalfOpen: number;
  readonly maxWaiting: number;
  readonly timeoutMs: number;
  readonly localAddress: string | undefined;
  /** What every socket reads into: one buffer for all, since its bytes are used up before the next read. */
  readonly readBuffer: Uint8Array;
  /** @returns who takes what is read; the bytes are only valid during the call */
  readonly onConnected: (dial: Dial, socket: Socket) => (bytes: Uint8Array) => void;
  readonly onFailed: (dial: Dial) => void;
}

export class TcpDialer {
  readonly #options: TcpDialerOptions;
  readonly #halfOpen = new Set<Socket>();
  #waiting: Dial[] = [];

  constructor(options: TcpDialerOptions) {
    this.#options = options;
  }

  dial(dial: Dial): void {
    if (this.#halfOpen.size < this.#options.maxHalfOpen) this.#connect(dial);
    else if (this.#waiting.length < this.#options.maxWaiting) this.#waiting.push(dial);
    else this.#options.onFailed(dial);
  }

  stop(): void {
    this.#waiting = [];
    for (const socket of this.#halfOpen) socket.destroy();
    this.#halfOpen.clear();
  }

  #connect(dial: Dial): void {
    const { localAddress, timeoutMs } = this.#options;
    const { readBuffer } = this.#options;
    let consume: (bytes: Uint8Array) => void = () => undefined;
    const socket = connect({
      host: dial.address.ip,
      port: dial.address.port,
      noDelay: true,
      // The engine gives IP literals; a name would be resolved here, so it is refused.
      lookup: (_name, _options, done) => done(new Error('not an IP address'), '', 0),
      ...(localAddress === undefined ? {} : { localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          consume(readBuffer.subarray(0, length));
          return true;
        },
      },
    });
    this.#halfOpen.add(socket);
    const limit = setDeadline(timeoutMs, () => socket.destroy());
    const settle = (): boolean => {
      limit.clear();
      return this.#halfOpen.delete(socket);
    };
    socket.once('connect', () => {
      if (settle()) consume = this.#options.onConnected(dial, socket);
      this.#next();
    });
    socket.once('close', () => {
      if (!settle()) return;
      this.#options.onFailed(dial);
      this.#next();
    });
    // 'close' follows and says it.
    socket.on('error', () => undefined);
  }

  #next(): void {
    if (this.#halfOpen.size >= this.#options.maxHalfOpen) return;
    const dial = this.#waiting.shift();
    if (dial) this.#connect(dial);
  }
}
