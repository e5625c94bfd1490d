/** One direction of a connection: what waits to leave, what is on its way, and what TCP makes of a lost packet. */
import type { AccessLink } from './network.ts';

/** A block and its header leave together; the others' turns come after it. */
export const TURN_BYTES = 16_384;
/** What TCP may have on its way on the paths here: more than twice what they hold. */
const MAX_WINDOW_BYTES = 256 << 10;
const MIN_WINDOW_BYTES = 2 * TURN_BYTES;
/**
 * What the kernel takes at once and calls sent, long before it left: about twice TCP's window, for Linux lets the send
 * buffer grow so. An engine that takes its word for the uplink's is wrong by that much on each connection.
 */
const KERNEL_BYTES = 128 << 10;
/** Queues shorter than this are moved to the front when they are empty only. */
const SPARE_CHUNKS = 256;

export interface PipeEnds {
  readonly from: AccessLink;
  readonly to: AccessLink;
  readonly latencyMs: number;
  readonly sent: (bytes: number) => void;
  /** The bytes are valid until the call returns. */
  readonly delivered: (bytes: Uint8Array) => void;
  readonly closed: () => void;
}

/** Never added to: what comes to an empty queue begins a new one. */
const NOTHING: Uint8Array[] = [];

/** What leaves in one turn: whole messages, but for those that are longer than a turn. */
export interface Load {
  readonly pipe: Pipe;
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

export class Pipe {
  readonly from: AccessLink;
  readonly to: AccessLink;
  readonly latencyMs: number;
  readonly sent: PipeEnds['sent'];
  readonly delivered: PipeEnds['delivered'];
  readonly closed: PipeEnds['closed'];
  windowBytes = MAX_WINDOW_BYTES;
  queuedBytes = 0;
  onWayBytes = 0;
  /** Waits, and the kernel did not take it yet. */
  #untakenBytes = 0;
  /** Taken, and not told to the sender yet. */
  unreportedBytes = 0;
  /** Nothing arrives before: what was sent first is being sent again. */
  stalledUntil = 0;
  /** Its turn will come: it stands in a queue of the uplink, or is being sent. */
  isListed = false;
  /** A packet was dropped and is sent again before any other. */
  isHeldBack = false;
  isCut = false;
  /** Nobody will ever hear of it: the path forgot the connection and says nothing. */
  isDead = false;
  /** Nothing is delivered any more. */
  isClosed = false;
  /** Close when the queue is empty: what was sent before a close arrives before it. */
  closesWhenEmpty = false;
  #queue = NOTHING;
  #head = 0;

  constructor(ends: PipeEnds) {
    this.from = ends.from;
    this.to = ends.to;
    this.latencyMs = ends.latencyMs;
    this.sent = ends.sent;
    this.delivered = ends.delivered;
    this.closed = ends.closed;
  }

  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  push(chunks: readonly Uint8Array[]): void {
    if (this.isEmpty) this.#queue = chunks.slice();
    else this.#queue.push(...chunks);
    for (const chunk of chunks) {
      this.queuedBytes += chunk.length;
      this.#untakenBytes += chunk.length;
    }
    this.#take();
  }

  #take(): void {
    const room = KERNEL_BYTES - (this.queuedBytes - this.#untakenBytes);
    const taken = Math.max(0, Math.min(this.#untakenBytes, room));
    this.#untakenBytes -= taken;
    this.unreportedBytes += taken;
  }

  takeTurn(): Load {
    const queue = this.#queue;
    const first = this.#head;
    let bytes = 0;
    let at = first;
    while (at < queue.length && bytes < TURN_BYTES) bytes += (queue[at++] as Uint8Array).length;
    this.queuedBytes -= bytes;
    this.#take();
    // Most of what is said leaves in one turn, as it came.
    if (first === 0 && at === queue.length) {
      this.drop();
      return { pipe: this, chunks: queue, bytes };
    }
    const chunks = queue.slice(first, at);
    this.#head = at;
    if (at === queue.length) this.drop();
    else if (at > SPARE_CHUNKS && at > queue.length / 2) {
      queue.splice(0, at);
      this.#head = 0;
    }
    return { pipe: this, chunks, bytes };
  }

  /** Forgets what waits. */
  drop(): void {
    this.#queue = NOTHING;
    this.#head = 0;
    this.queuedBytes = 0;
    this.#untakenBytes = 0;
  }

  /** A packet was lost: half the window (RFC 5681), and nothing arrives until it was sent again. */
  lost(stalledUntil: number): void {
    this.windowBytes = Math.max(MIN_WINDOW_BYTES, this.windowBytes / 2);
    this.stalledUntil = Math.max(this.stalledUntil, stalledUntil);
  }

  /** Bytes arrived: a window that was halved grows by a packet for each window that comes through. */
  arrived(bytes: number): void {
    if (this.windowBytes < MAX_WINDOW_BYTES)
      this.windowBytes = Math.min(MAX_WINDOW_BYTES, this.windowBytes + Math.ceil(bytes / 8));
  }
}
