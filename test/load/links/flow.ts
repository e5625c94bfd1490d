/**
 * One direction of one connection: bytes wait for the sender's line, travel, wait for the receiver's line, and are
 * acknowledged a way later. What may be under way is a window as TCP has it: ten segments at first, doubled each
 * round trip (RFC 6928, RFC 5681). A lost segment is a stall of a round trip for all behind it, and half a window.
 */
import type { Socket } from 'node:net';
import type { Random } from '../../../shared/random.ts';
import type { Path } from './link-shape.ts';
import type { Packet, PacketSource, RateLine } from './rate-line.ts';
import type { Clock } from './real-clock.ts';

export const SEGMENT_BYTES = 1460;
const FIRST_WINDOW_BYTES = 10 * SEGMENT_BYTES;
/** One turn on a line: small beside a window, large beside what an event costs. */
const TURN_BYTES = 4 * SEGMENT_BYTES;
/** Read ahead of the line, so that a loop that runs late for some 20 ms does not leave a line idle. */
const READ_AHEAD_BYTES = 256 * 1024;

export interface FlowParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly source: Pick<Socket, 'on' | 'pause' | 'resume'>;
  readonly sink: Pick<Socket, 'write' | 'once' | 'end' | 'destroyed'>;
  readonly up: RateLine;
  readonly down: RateLine;
  readonly path: Path;
  /** Told of bytes that left the sender. */
  readonly onLeft: (bytes: number) => void;
}

export class Flow implements PacketSource {
  readonly #parts: FlowParts;
  /** Before the sender's line. */
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** At the receiver's line, in order. */
  readonly #arrived: Uint8Array[] = [];
  readonly #arrivals: PacketSource = { next: () => this.#nextArrival() };
  /** Taken by the sender's line, and not acknowledged. */
  #underWayBytes = 0;
  /** Taken by the sender's line, and not written to the sink. */
  #undeliveredBytes = 0;
  #windowBytes = FIRST_WINDOW_BYTES;
  /** Above it the window grows by a segment a round trip. */
  #slowStartBytes = Number.POSITIVE_INFINITY;
  #lastArrivalMs = 0;
  #hasEnded = false;
  #isOpen = false;

  constructor(parts: FlowParts) {
    this.#parts = parts;
    const { source } = parts;
    source.on('data', (chunk: Uint8Array) => this.#read(chunk));
    source.on('end', () => {
      this.#hasEnded = true;
      this.#passEnd();
    });
  }

  /** The handshake is over: bytes may travel. */
  open(): void {
    this.#isOpen = true;
    if (this.#queuedBytes > 0) this.#parts.up.offer(this);
    this.#passEnd();
  }

  next(): Packet | undefined {
    const first = this.#queue[0];
    if (first === undefined || !this.#isOpen || this.#underWayBytes >= this.#windowBytes) return undefined;
    const bytes = first.length <= TURN_BYTES ? first : first.subarray(0, TURN_BYTES);
    if (bytes === first) this.#queue.shift();
    else this.#queue[0] = first.subarray(TURN_BYTES);
    this.#queuedBytes -= bytes.length;
    this.#underWayBytes += bytes.length;
    this.#undeliveredBytes += bytes.length;
    if (this.#queuedBytes < READ_AHEAD_BYTES) this.#parts.source.resume();
    return { bytes, leave: () => this.#travel(bytes) };
  }

  #read(chunk: Uint8Array): void {
    const { source, up } = this.#parts;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes >= READ_AHEAD_BYTES) source.pause();
    if (this.#isOpen) up.offer(this);
  }

  #travel(bytes: Uint8Array): void {
    const { clock, path, down, onLeft } = this.#parts;
    onLeft(bytes.length);
    const stallMs = this.#isLost(bytes.length) ? this.#loseOne() : 0;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, clock.nowMs + path.delayMs + stallMs);
    clock.at(this.#lastArrivalMs, () => {
      this.#arrived.push(bytes);
      down.offer(this.#arrivals);
    });
  }

  #isLost(bytes: number): boolean {
    const { random, path } = this.#parts;
    if (path.loss === 0) return false;
    return random.fraction() < 1 - (1 - path.loss) ** Math.ceil(bytes / SEGMENT_BYTES);
  }

  #loseOne(): number {
    this.#slowStartBytes = Math.max(2 * SEGMENT_BYTES, this.#windowBytes / 2);
    this.#windowBytes = this.#slowStartBytes;
    return 2 * this.#parts.path.delayMs;
  }

  #nextArrival(): Packet | undefined {
    const bytes = this.#arrived.shift();
    return bytes === undefined ? undefined : { bytes, leave: () => this.#deliver(bytes) };
  }

  #deliver(bytes: Uint8Array): void {
    const { clock, sink, path } = this.#parts;
    if (sink.destroyed) return;
    const acknowledge = () =>
      clock.at(clock.nowMs + path.delayMs, () => {
        this.#underWayBytes -= bytes.length;
        this.#grow(bytes.length);
        if (this.#queuedBytes > 0) this.#parts.up.offer(this);
      });
    // A receiver that does not read closes its window.
    if (sink.write(bytes)) acknowledge();
    else sink.once('drain', acknowledge);
    this.#undeliveredBytes -= bytes.length;
    this.#passEnd();
  }

  #grow(bytes: number): void {
    const isSlowStart = this.#windowBytes < this.#slowStartBytes;
    const more = isSlowStart ? bytes : (SEGMENT_BYTES * bytes) / this.#windowBytes;
    this.#windowBytes = Math.min(this.#parts.path.windowBytes, this.#windowBytes + more);
  }

  #passEnd(): void {
    const isEmpty = this.#queuedBytes === 0 && this.#undeliveredBytes === 0;
    if (this.#hasEnded && this.#isOpen && isEmpty) this.#parts.sink.end();
  }
}
