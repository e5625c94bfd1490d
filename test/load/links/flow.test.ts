/** In virtual time, so that a busy machine changes nothing: what the lines and the window make of bytes. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { EventQueue } from '../../../shared/sim/event-queue.ts';
import { Flow, SEGMENT_BYTES } from './flow.ts';
import { type LinkShape, megabits, pathBetween, UNSHAPED } from './link-shape.ts';
import { RateLine } from './rate-line.ts';
import type { Clock } from './real-clock.ts';

class VirtualClock implements Clock {
  readonly #queue = new EventQueue();

  get nowMs(): number {
    return this.#queue.now;
  }

  at(atMs: number, run: () => void): void {
    this.#queue.at(atMs, run);
  }

  runUntil(endMs: number): void {
    this.#queue.runUntil(() => false, endMs);
  }
}

/** Gives bytes as long as it is not paused, as a socket does. */
class Source extends EventEmitter {
  #left: number;
  #isPaused = false;
  #given = 0;

  constructor(bytes: number) {
    super();
    this.#left = bytes;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.give();
  }

  give(): void {
    while (!this.#isPaused && this.#left > 0) {
      const bytes = Math.min(this.#left, 65_536);
      this.#left -= bytes;
      this.emit(
        'data',
        Uint8Array.from({ length: bytes }, () => this.#given++ % 251),
      );
      if (this.#left === 0) this.emit('end');
    }
  }
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

class World {
  readonly clock = new VirtualClock();

  line(bytesPerSecond: number): RateLine {
    return new RateLine(this.clock, bytesPerSecond);
  }

  /** A connection's one direction from now on. @returns what arrives, as it does */
  send(bytes: number, from: LinkShape, to: LinkShape, up: RateLine, down: RateLine) {
    const source = new Source(bytes);
    const arrivals: Arrival[] = [];
    const { clock } = this;
    const seen = { endedAtMs: Number.NaN };
    const sink = {
      destroyed: false,
      write: (chunk: Uint8Array) => arrivals.push({ atMs: clock.nowMs, bytes: chunk }) > 0,
      once: () => sink,
      end: () => {
        seen.endedAtMs = clock.nowMs;
      },
    } as unknown as Socket;
    const path = pathBetween(from, to);
    const random = seededRandom(1);
    const flow = new Flow({
      clock,
      random,
      source: source as unknown as Socket,
      sink,
      up,
      down,
      path,
      onLeft: () => undefined,
    });
    flow.open();
    source.give();
    return { arrivals, seen };
  }
}

const link = (upMbit: number, downMbit: number, delayMs: number): LinkShape => ({
  upBytesPerSecond: megabits(upMbit),
  downBytesPerSecond: megabits(downMbit),
  delayMs,
  loss: 0,
});

/** Of the second half: TCP's own beginning is not the link's rate. */
function rateOf(arrivals: readonly Arrival[]): number {
  const half = arrivals.slice(Math.floor(arrivals.length / 2));
  const bytes = half.slice(1).reduce((sum, arrival) => sum + arrival.bytes.length, 0);
  return (bytes * 1000) / (half.at(-1)!.atMs - half[0]!.atMs);
}

const near = (measured: number, wanted: number, share: number) =>
  expect(Math.abs(measured / wanted - 1), `${measured} beside ${wanted}`).toBeLessThan(share);

describe('a link has the rate that it was given, within 3 %', () => {
  test.each([
    [1, 1_000, 5],
    [20, 1_000, 25],
    [1_000, 20, 25],
    [100, 40, 80],
    [1_000, 1_000, 5],
  ])('%i Mbit/s up to one of %i down, %i ms away', (up, down, delayMs) => {
    // Long enough for the window to open.
    const bytes = Math.min(up, down) > 100 ? 10_000_000 : 3_000_000;
    const world = new World();
    const [from, to] = [link(up, up, 0), link(down, down, delayMs)];
    const upLine = world.line(from.upBytesPerSecond);
    const { arrivals } = world.send(bytes, from, to, upLine, world.line(to.downBytesPerSecond));
    world.clock.runUntil(200_000);
    near(rateOf(arrivals), megabits(Math.min(up, down)), 0.03);
  });

  // Turns are of whole packets, and who is done first leaves the rest to the others.
  test('four connections share an uplink evenly', () => {
    const world = new World();
    const [from, to] = [link(20, 20, 5), link(1_000, 1_000, 5)];
    const up = world.line(from.upBytesPerSecond);
    const all = [1, 2, 3, 4].map(() =>
      world.send(1_000_000, from, to, up, world.line(to.downBytesPerSecond)),
    );
    world.clock.runUntil(10_000);
    for (const { arrivals } of all) near(rateOf(arrivals), megabits(5), 0.05);
  });

  test('so do four at a downlink', () => {
    const world = new World();
    const [from, to] = [link(1_000, 1_000, 5), link(20, 20, 5)];
    const down = world.line(to.downBytesPerSecond);
    const all = [1, 2, 3, 4].map(() => world.send(1_000_000, from, to, world.line(1e9), down));
    world.clock.runUntil(10_000);
    for (const { arrivals } of all) near(rateOf(arrivals), megabits(5), 0.05);
  });
});

describe('a path has the delay that it was given, within 2 ms', () => {
  test.each([
    [5, 20],
    [80, 5],
    [0, 0],
  ])('%i ms and %i ms', (fromMs, toMs) => {
    const world = new World();
    const [from, to] = [link(1_000, 1_000, fromMs), link(1_000, 1_000, toMs)];
    const { arrivals } = world.send(100, from, to, world.line(1e9), world.line(1e9));
    world.clock.runUntil(1_000);
    expect(arrivals.length).toBe(1);
    expect(Math.abs(arrivals[0]!.atMs - fromMs - toMs)).toBeLessThan(2);
  });
});

test('RFC 6928: ten segments leave at once, and twice as many each round trip', () => {
  const world = new World();
  const [from, to] = [link(1_000, 1_000, 25), link(1_000, 1_000, 25)];
  const { arrivals } = world.send(500_000, from, to, world.line(Infinity), world.line(Infinity));
  world.clock.runUntil(10_000);
  const by = (endMs: number) =>
    arrivals.filter(({ atMs }) => atMs <= endMs).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const segments = [75, 175, 275].map((endMs) => by(endMs) / SEGMENT_BYTES);
  // A turn of four segments may begin before the window is full.
  expect(segments[0]).toBeGreaterThanOrEqual(10);
  expect(segments[0]).toBeLessThan(14);
  expect(segments[1]! - segments[0]!).toBeGreaterThan(1.7 * segments[0]!);
  expect(segments[2]! - segments[1]!).toBeGreaterThan(1.7 * (segments[1]! - segments[0]!));
});

test('whatever is lost, all bytes come, in order, and the end after them', () => {
  const world = new World();
  const lossy = { ...link(50, 50, 10), loss: 0.03 };
  const { arrivals, seen } = world.send(1_000_000, lossy, lossy, world.line(1e7), world.line(1e7));
  world.clock.runUntil(600_000);
  const bytes = Buffer.concat(arrivals.map((arrival) => arrival.bytes));
  expect(bytes.length).toBe(1_000_000);
  expect(bytes.findIndex((byte, at) => byte !== at % 251)).toBe(-1);
  expect(seen.endedAtMs).toBe(arrivals.at(-1)!.atMs);
});

test('loss costs time: one segment of a hundred, at least half as long again', () => {
  const timeWith = (loss: number) => {
    const world = new World();
    const each = { ...link(50, 50, 10), loss };
    const { seen } = world.send(4_000_000, each, each, world.line(6_250_000), world.line(6_250_000));
    world.clock.runUntil(600_000);
    return seen.endedAtMs;
  };
  expect(timeWith(0.005)).toBeGreaterThan(1.5 * timeWith(0));
});

test('a path adds delays, loses on both links, and has room for twice what it holds', () => {
  const path = pathBetween({ ...link(20, 100, 20), loss: 0.1 }, { ...link(100, 40, 30), loss: 0.1 });
  expect(path.delayMs).toBe(50);
  expect(path.loss).toBeCloseTo(0.19);
  expect(path.windowBytes).toBe(2 * 2_500_000 * 0.1);
  expect(pathBetween(UNSHAPED, UNSHAPED).windowBytes).toBe(4 * 1024 * 1024);
});
