/** A line with a rate. Who has something to send gets turns; a packet takes the time that its bytes take. */
import type { Clock } from './real-clock.ts';

export interface Packet {
  readonly bytes: Uint8Array;
  /** The line is done with it. */
  leave(): void;
}

export interface PacketSource {
  /** The next one; undefined: nothing for now, {@link RateLine.offer} tells when there is. */
  next(): Packet | undefined;
}

export class RateLine {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  readonly #turns: PacketSource[] = [];
  readonly #waiting = new Set<PacketSource>();
  #freeAtMs = 0;
  #isServing = false;
  /** All that left. */
  sentBytes = 0;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** It has something to send; told again and again does no harm. */
  offer(source: PacketSource): void {
    if (this.#waiting.has(source)) return;
    this.#waiting.add(source);
    this.#turns.push(source);
    if (this.#isServing) return;
    this.#isServing = true;
    this.#clock.at(Math.max(this.#freeAtMs, this.#clock.nowMs), () => this.#serve());
  }

  #serve(): void {
    const source = this.#turns.shift();
    if (source === undefined) {
      this.#isServing = false;
      return;
    }
    this.#waiting.delete(source);
    const packet = source.next();
    if (packet === undefined) {
      this.#serve();
      return;
    }
    this.#waiting.add(source);
    this.#turns.push(source);
    this.#freeAtMs = this.#clock.nowMs + packet.bytes.length / this.#bytesPerMs;
    this.#clock.at(this.#freeAtMs, () => {
      this.sentBytes += packet.bytes.length;
      packet.leave();
      this.#serve();
    });
  }
}
