/**
 * The shaped links of `npm run load` with real sockets. A busy machine stops this process for tens of milliseconds at a
 * time: a rate is that of the middle one of many short stretches, a delay is measured beside a timer of the same loop.
 * test/load/links/flow.test.ts holds the same figures in virtual time.
 */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { median } from '../bench/median.ts';
import { type LinkShape, megabits } from '../load/links/link-shape.ts';
import { relayPair } from '../load/links/relay-pair.ts';

const link = (mbit: number, delayMs: number): LinkShape => ({
  upBytesPerSecond: megabits(mbit),
  downBytesPerSecond: megabits(mbit),
  delayMs,
  loss: 0,
});

const STRETCH_MS = 250;
const STRETCHES = 15;

/** Bytes a second in each of many stretches, after TCP's own beginning. */
async function rates(socket: Socket): Promise<number[]> {
  let fromMs = 0;
  let bytes = 0;
  const seen: number[] = [];
  for await (const chunk of socket as AsyncIterable<Uint8Array>) {
    const nowMs = performance.now();
    bytes += chunk.length;
    if (nowMs - fromMs < STRETCH_MS) continue;
    if (fromMs > 0) seen.push((bytes * 1000) / (nowMs - fromMs));
    if (seen.length === STRETCHES) return seen;
    fromMs = nowMs;
    bytes = 0;
  }
  return seen;
}

const endless = (socket: Socket): void => {
  const block = Buffer.alloc(65_536);
  const more = () => {
    while (socket.write(block));
  };
  socket.on('drain', more);
  more();
};

describe('a link has the rate that it was given, within 3 %', () => {
  test.each([4, 20, 60])('%i Mbit/s', async (mbit) => {
    const { network, dial } = await relayPair(link(1_000, 2), link(mbit, 2), endless);
    const rate = median(await rates(dial(network.innerIp(0))));
    expect(rate / megabits(mbit)).toBeGreaterThan(0.97);
    expect(rate / megabits(mbit)).toBeLessThan(1.03);
  });
});

describe('a path has the delay that it was given, within 2 ms', () => {
  test.each([
    [5, 20],
    [40, 10],
  ])('%i ms and %i ms', async (aMs, bMs) => {
    const { network, dial } = await relayPair(
      link(1_000, aMs),
      link(1_000, bMs),
      (socket) => void socket.pipe(socket),
    );
    const socket = dial(network.innerIp(0));
    const tooLate: number[] = [];
    for (let turn = 0; turn < 25; turn++) {
      const answered = new Promise<number>((resolve) =>
        socket.once('data', () => resolve(performance.now())),
      );
      const timed = new Promise<number>((resolve) =>
        setTimeout(() => resolve(performance.now()), 2 * (aMs + bMs)),
      );
      socket.write('x');
      const [answeredMs, timedMs] = await Promise.all([answered, timed]);
      // The first waits for the handshake as well.
      if (turn > 0) tooLate.push(answeredMs - timedMs);
    }
    expect(Math.abs(median(tooLate)) / 2).toBeLessThan(2);
  });
});
