/**
 * Access links: every host has one uplink and one downlink that all its connections share. On the uplink the
 * connections take turns, a block each, and what is small goes first (fair queueing with sparse flows first,
 * RFC 8290 section 4.2); the downlink is first come, first served. A connection has so many bytes on their way
 * at most, as a TCP window allows. Nothing is ever lost above TCP: a lost packet is a stall and a smaller window.
 */
import type { AccessRates, Loss } from './access-rates.ts';
import { type EventQueue, stepAfter } from './event-queue.ts';
import { Framing } from './frames.ts';
import type { Load, Pipe } from './pipe.ts';
import { joined } from './read-buffer.ts';
import { UplinkUse } from './uplink-use.ts';

/** What a connection has to say in no more than a packet goes before others' blocks. */
const SPARSE_BYTES = 1_500;
/** Small messages that leave together; bounds how long a block waits for them. */
const SPARSE_BATCH = 32;
/** Small messages' report of having been taken may wait for others: it costs a step of the engine. */
const REPORT_BYTES = 4_096;
/** Least retransmission timeout of Linux; RFC 6298 wants a second. */
const MIN_RETRANSMIT_MS = 200;

export class AccessLink {
  readonly upBytesPerMs: number;
  readonly downBytesPerMs: number;
  readonly use = new UplinkUse();
  /** 1: as bought; a host that turns slow has less. */
  slowness = 1;
  loss: Loss | undefined;
  readonly #events: EventQueue;
  #sparse: Pipe[] = [];
  readonly #bulk: Pipe[] = [];
  readonly #queueBytes: number | undefined;
  readonly #framing: Framing;
  readonly #queue: Load[] = [];
  #waitingBytes = 0;
  #isBusy = false;
  #downFreeAt = 0;

  constructor(events: EventQueue, rates: AccessRates) {
    this.#events = events;
    this.upBytesPerMs = rates.upBytesPerSecond / 1000;
    this.downBytesPerMs = rates.downBytesPerSecond / 1000;
    this.#queueBytes = rates.queueBytes;
    this.#framing = new Framing(rates.frames);
  }

  send(pipe: Pipe, chunks: readonly Uint8Array[]): void {
    pipe.push(chunks);
    if (pipe.unreportedBytes >= REPORT_BYTES) this.#events.soon(() => this.#report(pipe));
    this.resume(pipe);
  }

  /** The pipe may have something to send again: a window opened, a cut healed. */
  resume(pipe: Pipe): void {
    if (pipe.isListed || pipe.isCut || pipe.isDead || pipe.onWayBytes >= pipe.windowBytes) return;
    if (pipe.isEmpty) {
      if (pipe.closesWhenEmpty) this.#close(pipe);
      return;
    }
    if (this.#queueBytes !== undefined) {
      this.#enqueue(pipe, this.#queueBytes);
      return;
    }
    pipe.isListed = true;
    if (pipe.queuedBytes <= SPARSE_BYTES) this.#sparse.push(pipe);
    else this.#bulk.push(pipe);
    if (!this.#isBusy) this.#next();
  }

  /** As much as TCP's window allows. What finds no room is sent again later, and the window is halved. */
  #enqueue(pipe: Pipe, queueBytes: number): void {
    while (!pipe.isHeldBack && !pipe.isEmpty && pipe.onWayBytes < pipe.windowBytes) {
      this.#put(takeTurn(pipe), queueBytes);
    }
    if (!this.#isBusy) this.#next();
  }

  #put(load: Load, queueBytes: number): void {
    const { pipe } = load;
    const bytes = this.#framing.wireBytes(load.bytes);
    if (this.#waitingBytes + bytes > queueBytes) {
      const { now } = this.#events;
      pipe.lost(now + 4 * pipe.latencyMs + this.#waitingBytes / this.upBytesPerMs);
      pipe.isHeldBack = true;
      this.use.drops++;
      this.#events.at(pipe.stalledUntil, () => {
        pipe.isHeldBack = false;
        this.#put(load, queueBytes);
        this.#enqueue(pipe, queueBytes);
      });
      return;
    }
    this.#queue.push(load);
    this.#waitingBytes += bytes;
  }

  #next(): void {
    const queued = this.#queue.shift();
    if (queued) {
      this.#waitingBytes -= this.#framing.wireBytes(queued.bytes);
      this.#carry([queued]);
    } else if (this.#sparse.length > SPARSE_BATCH) this.#transmit(this.#sparse.splice(0, SPARSE_BATCH));
    else if (this.#sparse.length > 0) {
      const pipes = this.#sparse;
      this.#sparse = [];
      this.#transmit(pipes);
    } else {
      const pipe = this.#bulk.shift();
      if (pipe) this.#transmit([pipe]);
    }
  }

  #transmit(pipes: readonly Pipe[]): void {
    this.#carry(pipes.map(takeTurn));
  }

  #carry(loads: readonly Load[]): void {
    this.#isBusy = true;
    let bytes = 0;
    for (const load of loads) bytes += this.#framing.wireBytes(load.bytes);
    bytes += this.#framing.takeOwed();
    const durationMs = (bytes * this.slowness) / this.upBytesPerMs;
    this.use.note(this.#events.now, bytes, durationMs);
    this.#events.at(this.#events.now + durationMs, () => {
      this.#isBusy = false;
      for (const load of loads) this.#left(load);
      if (!this.#isBusy) this.#next();
    });
  }

  #left(load: Load): void {
    const { pipe } = load;
    const { now } = this.#events;
    pipe.isListed = false;
    if (this.loss && this.loss.random.fraction() < this.loss.share)
      pipe.lost(now + Math.max(MIN_RETRANSMIT_MS, 4 * pipe.latencyMs));
    this.#events.at(Math.max(now, pipe.stalledUntil) + pipe.latencyMs, () => pipe.to.#arrive(load));
    if (pipe.unreportedBytes >= REPORT_BYTES) this.#report(pipe);
    this.resume(pipe);
  }

  #report(pipe: Pipe): void {
    const bytes = pipe.unreportedBytes;
    if (bytes === 0) return;
    pipe.unreportedBytes = 0;
    pipe.sent(bytes);
  }

  #arrive(load: Load): void {
    const { now } = this.#events;
    const isFree = this.#downFreeAt <= now;
    const durationMs = (this.#framing.wireBytes(load.bytes) * this.slowness) / this.downBytesPerMs;
    this.#downFreeAt = stepAfter(Math.max(this.#downFreeAt, now) + durationMs);
    // A packet's own time on an idle downlink is far below a millisecond: not worth an event.
    if (isFree && load.bytes <= SPARSE_BYTES) this.#deliver(load);
    else this.#events.at(this.#downFreeAt, () => this.#deliver(load));
  }

  #deliver({ pipe, chunks, bytes }: Load): void {
    const wasFull = pipe.onWayBytes >= pipe.windowBytes;
    pipe.onWayBytes -= bytes;
    pipe.arrived(bytes);
    // An uplink with nothing to send has time for them.
    if (this.#isBusy) this.#framing.arrived(bytes);
    if (pipe.isDead) return;
    if (!pipe.isClosed) pipe.delivered(joined(chunks, bytes));
    if (wasFull) this.#events.at(this.#events.now + pipe.latencyMs, () => pipe.from.resume(pipe));
  }

  #close(pipe: Pipe): void {
    pipe.closesWhenEmpty = false;
    // Behind whatever still stands in the receiver's queue.
    this.#events.at(Math.max(this.#events.now, pipe.stalledUntil) + pipe.latencyMs, () => {
      this.#events.at(Math.max(this.#events.now, pipe.to.#downFreeAt), () => {
        if (!pipe.isClosed && !pipe.isDead) pipe.closed();
      });
    });
  }
}

function takeTurn(pipe: Pipe): Load {
  const load = pipe.takeTurn();
  pipe.onWayBytes += load.bytes;
  return load;
}
