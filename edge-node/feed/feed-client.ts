/**
 * The socket to the origin's feed: dials, says hello, hands frames on one at a time, notices silence, and dials
 * again. What the frames mean is not its business.
 */
import { type RawData, WebSocket } from 'ws';
import type { FeedClientFrame, FeedServerFrame } from '../../shared/api-types/feed.ts';
import { MAX_SERVER_FRAME_CHARACTERS } from '../../shared/feed/feed-error.ts';
import { parseServerFrame } from '../../shared/feed/server-frame.ts';
import { CHECKED_TLS } from '../../shared/node/checked-tls.ts';
import { inflateFrame } from '../../shared/node/feed-deflate.ts';
import { type Deadline, setDeadline } from '../../shared/node/process/deadline.ts';
import type { Random } from '../../shared/random.ts';
import { type BackoffLimits, fullJitterMs } from '../backoff.ts';

export interface FeedClientLimits {
  /** No frame and no ping for so long: the socket is dead. The origin pings every few seconds. Default 15 s. */
  readonly silentMs: number;
  /** From the dial to the upgrade. Default 4 s: an origin that restarts must have its edges back within 5. */
  readonly connectMs: number;
  /** Pause before a dial while the origin has been away for less than `longAwayMs`. Default 250 ms to 3 s. */
  readonly soon: BackoffLimits;
  /** Pause after that. Default cap 10 s. */
  readonly later: BackoffLimits;
  /** Default 5 minutes. */
  readonly longAwayMs: number;
}

const DEFAULT_LIMITS: FeedClientLimits = {
  silentMs: 15_000,
  connectMs: 4_000,
  soon: { baseMs: 250, capMs: 3_000 },
  later: { baseMs: 250, capMs: 10_000 },
  longAwayMs: 300_000,
};

/** An `entries` frame has 512 KiB of entries at most; JSON's escapes may double that. */
const MAX_FRAME_BYTES = 1_048_576;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
/** What is left of a close handshake after this is cut off. */
const CLOSE_LINGER_MS = 500;

/** Who is at the other end of the socket. */
export interface FeedPeer {
  /** IP literal; undefined when the socket has just gone. */
  readonly ip: string | undefined;
}

export interface FeedClientParts {
  /** Base URL of the origin, http or https. */
  readonly origin: string;
  readonly random: Random;
  /** Said first on every new socket. */
  hello(): FeedClientFrame;
  /** The next frame is not read before this resolves. A rejection ends the socket; a new one is dialled. */
  received(frame: FeedServerFrame, from: FeedPeer): Promise<void>;
  /**
   * The socket is gone, or could not be had.
   * @param error when that was not an orderly end
   * @param wasOpen the origin had taken the connection
   */
  lost(error: Error | undefined, wasOpen: boolean): void;
  readonly limits?: Partial<FeedClientLimits>;
}

export class FeedClient {
  readonly #parts: FeedClientParts;
  readonly #limits: FeedClientLimits;
  readonly #url: string;
  #socket: WebSocket | undefined;
  #redial: NodeJS.Timeout | undefined;
  /** Of the dial, then of the socket's silence. */
  #limit: Deadline | undefined;
  /** Dials in a row that led nowhere. */
  #failures = 0;
  #awaySinceMs = performance.now();
  #state: 'idle' | 'waiting' | 'connecting' | 'open' | 'closed' = 'idle';
  #work: Promise<void> = Promise.resolve();

  constructor(parts: FeedClientParts) {
    this.#parts = parts;
    this.#limits = { ...DEFAULT_LIMITS, ...parts.limits };
    // http becomes ws, https becomes wss.
    this.#url = `${parts.origin.replace(/^http/, 'ws')}/feed`;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  start(): void {
    if (this.#state === 'idle') this.#dial();
  }

  /** Dropped when the socket is not open: such frames are repeated or out of date by then. */
  send(frame: FeedClientFrame): void {
    if (this.#state === 'open') this.#socket?.send(JSON.stringify(frame));
  }

  /** The origin serves us as it should: the next pause starts from the shortest again. */
  settled(): void {
    this.#failures = 0;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#state = 'closed';
    clearTimeout(this.#redial);
    this.#limit?.clear();
    if (socket !== undefined && socket.readyState !== WebSocket.CLOSED) {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      if (socket.readyState === WebSocket.OPEN) socket.close(GOING_AWAY, 'edge stops');
      else socket.terminate();
      const timer = setTimeout(() => socket.terminate(), CLOSE_LINGER_MS);
      await closed;
      clearTimeout(timer);
    }
    await this.#work;
  }

  #dial(): void {
    this.#state = 'connecting';
    const socket = new WebSocket(this.#url, {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
      ...CHECKED_TLS,
    });
    this.#socket = socket;
    let cause: Error | undefined;
    let ip: string | undefined;
    this.#limit = setDeadline(this.#limits.connectMs, () => {
      cause ??= new Error('the origin did not take the socket in time');
      socket.terminate();
    });
    socket.on('upgrade', (response) => {
      ip = response.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
    });
    socket.on('open', () => {
      if (this.#state !== 'connecting') return;
      this.#state = 'open';
      this.#heard(socket);
      this.send(this.#parts.hello());
    });
    socket.on('ping', () => this.#heard(socket));
    socket.on('message', (data, isBinary) => {
      this.#heard(socket);
      this.#work = this.#work
        .then(() => this.#read(socket, isBinary ? inflated(data) : data.toString(), { ip }))
        .catch((error: Error) => {
          cause ??= error;
          this.#hangUp(socket);
        });
    });
    socket.on('error', (error) => {
      cause ??= error;
    });
    socket.on('close', () => this.#ended(socket, cause));
  }

  /** Reading stops while a frame is worked on, so that an origin cannot fill our memory. */
  async #read(socket: WebSocket, text: string, from: FeedPeer): Promise<void> {
    if (this.#state !== 'open' || this.#socket !== socket) return;
    const frame = parseServerFrame(text);
    socket.pause();
    try {
      await this.#parts.received(frame, from);
    } finally {
      socket.resume();
    }
  }

  #heard(socket: WebSocket): void {
    if (this.#state !== 'open' || this.#socket !== socket) return;
    this.#limit?.clear();
    this.#limit = setDeadline(this.#limits.silentMs, () => socket.terminate());
  }

  #hangUp(socket: WebSocket): void {
    if (socket.readyState === WebSocket.OPEN) socket.close(POLICY_VIOLATION);
    setTimeout(() => socket.terminate(), CLOSE_LINGER_MS).unref();
  }

  #ended(socket: WebSocket, cause: Error | undefined): void {
    if (this.#socket !== socket || this.#state === 'closed') return;
    this.#limit?.clear();
    const wasOpen = this.#state === 'open';
    if (wasOpen) this.#awaySinceMs = performance.now();
    this.#state = 'waiting';
    this.#parts.lost(cause, wasOpen);
    const isLong = performance.now() - this.#awaySinceMs > this.#limits.longAwayMs;
    const pauseMs = fullJitterMs(
      this.#failures++,
      isLong ? this.#limits.later : this.#limits.soon,
      this.#parts.random,
    );
    this.#redial = setTimeout(() => this.#dial(), pauseMs);
  }
}

/** @throws PeerError `feed_frame_invalid` */
function inflated(data: RawData): string {
  return inflateFrame(
    Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data),
    MAX_SERVER_FRAME_CHARACTERS,
  );
}
