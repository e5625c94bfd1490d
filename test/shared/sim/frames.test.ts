/** Goal: simulated links spend the time on headers and acknowledgements that TCP over Ethernet spends. */
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../shared/sim/event-queue.ts';
import { ETHERNET, type Frames, Framing } from '../../../shared/sim/frames.ts';
import { AccessLink } from '../../../shared/sim/network.ts';
import { Pipe } from '../../../shared/sim/pipe.ts';

const RATES = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 4_000_000 };
const MIB = 2 ** 20;

function pipeOf(from: AccessLink, to: AccessLink, delivered: (bytes: number) => void): Pipe {
  return new Pipe({
    from,
    to,
    latencyMs: 1,
    sent: () => {},
    delivered: (bytes) => delivered(bytes.length),
    closed: () => {},
  });
}

/** ms until the first host had a MiB from the second; each sends the other one when `isMutual`. */
function timeOf(frames: Frames | undefined, isMutual: boolean, queueBytes?: number): number {
  const events = new EventQueue();
  const [one, two] = [1, 2].map(() => new AccessLink(events, { ...RATES, frames, queueBytes }));
  if (!one || !two) throw new Error('two links');
  let got = 0;
  const back = pipeOf(two, one, (bytes) => {
    got += bytes;
  });
  const forth = pipeOf(one, two, () => {});
  for (let i = 0; i < 64; i++) {
    two.send(back, [new Uint8Array(MIB / 64)]);
    if (isMutual) one.send(forth, [new Uint8Array(MIB / 64)]);
  }
  expect(events.runUntil(() => got === MIB, 60_000)).toBe(true);
  return events.now;
}

describe('frames on a simulated link', () => {
  it('90 bytes around 1,448 of payload, and around the smallest message', () => {
    const framing = new Framing(ETHERNET);
    expect(framing.wireBytes(1_448)).toBe(1_538);
    expect(framing.wireBytes(14_480)).toBe(15_380);
    expect(framing.wireBytes(9)).toBe(99);
  });

  it('one acknowledgement for two full frames, and each of them leaves once', () => {
    const framing = new Framing(ETHERNET);
    framing.arrived(4 * 1_448);
    expect([framing.takeOwed(), framing.takeOwed()]).toEqual([180, 0]);
  });

  it('without frames bytes cost what they are, and acknowledgements nothing', () => {
    const framing = new Framing(undefined);
    framing.arrived(100_000);
    expect([framing.wireBytes(9), framing.wireBytes(16_397), framing.takeOwed()]).toEqual([9, 16_397, 0]);
  });

  for (const queueBytes of [undefined, 256 << 10]) {
    const queue = queueBytes === undefined ? 'fair queues' : 'one queue';
    it(`an uplink's MiB takes 6.2 % longer with frames; ${queue}`, () => {
      const ratio = timeOf(ETHERNET, false, queueBytes) / timeOf(undefined, false, queueBytes);
      expect(ratio).toBeCloseTo(1_538 / 1_448, 2);
    });

    it(`and another 3.1 % when the uplink acknowledges as much as it sends; ${queue}`, () => {
      const ratio = timeOf(ETHERNET, true, queueBytes) / timeOf(undefined, true, queueBytes);
      expect(ratio).toBeCloseTo((1_538 + 45) / 1_448, 2);
    });
  }
});
