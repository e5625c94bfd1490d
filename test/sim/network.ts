/**
 * Access links: every host has one uplink and one downlink that all its connections share. On the uplink the
 * connections take turns, a block each, and what is small goes first (fair queueing with sparse flows first,
 * RFC 8290 section 4.2); the downlink is first come, first served. A connection has so many bytes on their way
 * at most, as a TCP window allows. Bytes are not copied.
 */
import type { EventQueue } from './event-queue.ts';

/** One direction of a connection. */
export interface Pipe {
  readonly from: AccessLink;
  readonly to: AccessLink;
  readonly latencyMs: number;
  readonly windowBytes: number;
  readonly queue: Uint8Array[];
  queuedBytes: number;
  onWayBytes: number;
  /** Its turn will come: it stands in a queue of the uplink, or is being sent. */
  isListed: boolean;
  isCut: boolean;
  /** Nothing is delivered any more. */
  isClosed: boolean;
  /** Close when the queue is empty: what was sent before a close arrives before it. */
  closesWhenEmpty: boolean;
  readonly sent: (bytes: number) => void;
  readonly delivered: (chunks: readonly Uint8Array[]) => void;
  readonly closed: () => void;
}

const TURN_BYTES = 16_384;
/** What a connection has to say in no more than a packet goes before others' blocks. */
const SPARSE_BYTES = 1_500;
/** Small messages that leave together; bounds how long a block waits for them. */
const SPARSE_BATCH = 32;
/** Small messages' report of having left may wait for others: it costs a step of the engine. */
const REPORT_BYTES = 4_096;

export interface Use {
  /** Bytes that left, headers and small messages among them. */
  sentBytes: number;
  busyMs: number;
  firstBulkAt: number;
  /** Busy ms of the uplink per bucket of {@link BUCKET_MS}. */
  readonly busyBuckets: number[];
}

export const BUCKET_MS = 250;

export class AccessLink {
  readonly upBytesPerMs: number;
  readonly downBytesPerMs: number;
  readonly use: Use = { sentBytes: 0, busyMs: 0, firstBulkAt: Number.POSITIVE_INFINITY, busyBuckets: [] };
  /** 1: as bought; a host that turns slow has less. */
  slowness = 1;
  readonly #events: EventQueue;
  readonly #sparse: Pipe[] = [];
  readonly #bulk: Pipe[] = [];
  readonly #unreported = new Map<Pipe, number>();
  #isBusy = false;
  #downFreeAt = 0;

  constructor(events: EventQueue, upBytesPerSecond: number, downBytesPerSecond: number) {
    this.#events = events;
    this.upBytesPerMs = upBytesPerSecond / 1000;
    this.downBytesPerMs = downBytesPerSecond / 1000;
  }

  send(pipe: Pipe, chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      pipe.queue.push(chunk);
      pipe.queuedBytes += chunk.length;
    }
    this.resume(pipe);
  }

  /** The pipe may have something to send again: a window opened, a cut healed. */
  resume(pipe: Pipe): void {
    if (pipe.isListed || pipe.isCut || pipe.onWayBytes >= pipe.windowBytes) return;
    if (pipe.queue.length === 0) {
      if (pipe.closesWhenEmpty) this.#close(pipe);
      return;
    }
    pipe.isListed = true;
    if (pipe.queuedBytes <= SPARSE_BYTES) this.#sparse.push(pipe);
    else this.#bulk.push(pipe);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    if (this.#sparse.length > 0) {
      this.#transmit(this.#sparse.splice(0, SPARSE_BATCH));
      return;
    }
    const pipe = this.#bulk.shift();
    if (pipe) this.#transmit([pipe]);
  }

  #transmit(pipes: readonly Pipe[]): void {
    this.#isBusy = true;
    const loads = pipes.map(takeTurn);
    const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
    const durationMs = (bytes * this.slowness) / this.upBytesPerMs;
    this.#note(bytes, durationMs);
    this.#events.at(this.#events.now + durationMs, () => {
      this.#isBusy = false;
      loads.forEach((load, index) => {
        this.#left(pipes[index] as Pipe, load);
      });
      if (!this.#isBusy) this.#next();
    });
  }

  #left(pipe: Pipe, load: Load): void {
    pipe.isListed = false;
    pipe.onWayBytes += load.bytes;
    this.#events.at(this.#events.now + pipe.latencyMs, () => pipe.to.#arrive(pipe, load));
    const unreported = (this.#unreported.get(pipe) ?? 0) + load.bytes;
    if (unreported >= REPORT_BYTES) {
      this.#unreported.delete(pipe);
      pipe.sent(unreported);
    } else this.#unreported.set(pipe, unreported);
    this.resume(pipe);
  }

  #arrive(pipe: Pipe, load: Load): void {
    const { now } = this.#events;
    const isFree = this.#downFreeAt <= now;
    this.#downFreeAt = Math.max(this.#downFreeAt, now) + (load.bytes * this.slowness) / this.downBytesPerMs;
    // A packet's own time on an idle downlink is far below a millisecond: not worth an event.
    if (isFree && load.bytes <= SPARSE_BYTES) this.#deliver(pipe, load);
    else this.#events.at(this.#downFreeAt, () => this.#deliver(pipe, load));
  }

  #deliver(pipe: Pipe, load: Load): void {
    const wasFull = pipe.onWayBytes >= pipe.windowBytes;
    pipe.onWayBytes -= load.bytes;
    if (pipe.isClosed) return;
    pipe.delivered(load.chunks);
    if (wasFull) this.#events.at(this.#events.now + pipe.latencyMs, () => pipe.from.resume(pipe));
  }

  #close(pipe: Pipe): void {
    pipe.closesWhenEmpty = false;
    this.#unreported.delete(pipe);
    // Behind whatever still stands in the receiver's queue.
    this.#events.at(this.#events.now + pipe.latencyMs, () => {
      this.#events.at(Math.max(this.#events.now, pipe.to.#downFreeAt), () => {
        if (!pipe.isClosed) pipe.closed();
      });
    });
  }

  #note(bytes: number, durationMs: number): void {
    const { use } = this;
    const { now } = this.#events;
    use.sentBytes += bytes;
    use.busyMs += durationMs;
    if (bytes >= TURN_BYTES / 2) use.firstBulkAt = Math.min(use.firstBulkAt, now);
    let [from, left] = [now, durationMs];
    while (left > 0) {
      const bucket = Math.floor(from / BUCKET_MS);
      const part = Math.min(left, (bucket + 1) * BUCKET_MS - from);
      use.busyBuckets[bucket] = (use.busyBuckets[bucket] ?? 0) + part;
      from = (bucket + 1) * BUCKET_MS;
      left -= part;
    }
  }
}

interface Load {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

function takeTurn(pipe: Pipe): Load {
  let bytes = 0;
  let count = 0;
  while (count < pipe.queue.length && bytes < TURN_BYTES) bytes += (pipe.queue[count++] as Uint8Array).length;
  pipe.queuedBytes -= bytes;
  return { chunks: joinSmall(pipe.queue.splice(0, count)), bytes };
}

/** Small messages arrive in one read, as they do on TCP; blocks stay where they are. */
function joinSmall(chunks: Uint8Array[]): readonly Uint8Array[] {
  if (chunks.length === 1) return chunks;
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flush = () => {
    if (small.length > 0) joined.push(small.length === 1 ? (small[0] as Uint8Array) : Buffer.concat(small));
    small = [];
  };
  for (const chunk of chunks) {
    if (chunk.length < SPARSE_BYTES) small.push(chunk);
    else {
      flush();
      joined.push(chunk);
    }
  }
  flush();
  return joined;
}
