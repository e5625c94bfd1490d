/** Goal: what one end of a simulated connection sends arrives whole and in order, and never faster than its links. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { EventQueue } from '../../../shared/sim/event-queue.ts';
import { AccessLink } from '../../../shared/sim/network.ts';
import { Pipe } from '../../../shared/sim/pipe.ts';

const LATENCY_MS = 7;
const SEEDS = 8;

function lossyPath(seed: number) {
  const random = seededRandom(seed);
  const events = new EventQueue();
  const rates = { upBytesPerSecond: 400_000, downBytesPerSecond: 900_000 };
  const from = new AccessLink(events, rates);
  const to = new AccessLink(events, rates);
  from.loss = { share: 0.1, random };
  const arrived: Uint8Array[] = [];
  let isClosed = false;
  let reported = 0;
  const pipe = new Pipe({
    from,
    to,
    latencyMs: LATENCY_MS,
    sent: (bytes) => {
      reported += bytes;
    },
    delivered: (bytes) => arrived.push(bytes.slice()),
    closed: () => {
      isClosed = true;
    },
  });
  return {
    random,
    events,
    from,
    pipe,
    arrived: () => Buffer.concat(arrived),
    reported: () => reported,
    isClosed: () => isClosed,
  };
}

describe('a simulated path that loses packets', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`delivers all bytes in order, then the close, no faster than the uplink; seed ${seed}`, () => {
      const { random, events, from, pipe, arrived, reported, isClosed } = lossyPath(seed);
      const chunks: Uint8Array[] = [];
      for (let i = 0; i < 30; i++) {
        const chunk = Uint8Array.from({ length: 1 + random.integer(9_000) }, () => random.integer(256));
        chunks.push(chunk);
        events.at(random.fraction() * 200 + i * 200, () => from.send(pipe, [chunk]));
      }
      events.at(7_000, () => {
        pipe.closesWhenEmpty = true;
        from.resume(pipe);
      });
      expect(events.runUntil(isClosed, 60_000)).toBe(true);
      const sent = Buffer.concat(chunks);
      expect(Buffer.compare(arrived(), sent)).toBe(0);
      expect(from.use.sentBytes).toBe(sent.length);
      expect(sent.length - reported()).toBeLessThan(4_096);
      expect(from.use.busyMs).toBeCloseTo(sent.length / 400, 6);
    });
  }

  it('a partition holds everything back, and a connection that the path forgot delivers nothing more', () => {
    const { events, from, pipe, arrived } = lossyPath(1);
    pipe.isCut = true;
    from.send(pipe, [new Uint8Array(100)]);
    events.runUntil(() => false, 10_000);
    expect(arrived()).toHaveLength(0);
    pipe.isCut = false;
    from.resume(pipe);
    events.runUntil(() => arrived().length > 0, 20_000);
    expect(arrived()).toHaveLength(100);
    from.send(pipe, [new Uint8Array(100)]);
    pipe.isDead = true;
    events.runUntil(() => false, 30_000);
    expect(arrived()).toHaveLength(100);
  });
});
