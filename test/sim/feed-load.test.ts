/** Goal: the feed's frames of a simulated fan-out are those that a fleet's feed would carry, and they change nothing. */
import { describe, expect, it } from 'vitest';
import { CALM } from './calm-fan-out.ts';
import { runFanOut } from './fan-out.ts';

const FAN_OUT = { ...CALM, hosts: 6, mib: 2, peers: 30 };

describe('the feed of a fan-out', () => {
  it('FA1, FA2: an edge with one set says that it has none yet, that it wants it, and perhaps that it has it', () => {
    const { isComplete, feed } = runFanOut({ ...FAN_OUT, sets: 1 });
    expect(isComplete).toBe(true);
    // Who is done within 100 ms of its last frame says so after the run's end.
    expect(feed.upFrames).toBeGreaterThanOrEqual(2 * FAN_OUT.hosts);
    expect(feed.upFrames).toBeLessThanOrEqual(3 * FAN_OUT.hosts);
    expect(feed.downFrames).toBe(FAN_OUT.hosts);
  });

  it('FA2: changes of many sets are gathered: ten frames a second and edge at most, however many sets', () => {
    const { seconds, feed } = runFanOut({ ...FAN_OUT, sets: 60 });
    expect(feed.upFrames).toBeLessThanOrEqual((2 + seconds * 10) * FAN_OUT.hosts);
    expect(feed.upBytes / feed.upFrames).toBeGreaterThan('{"type":"announce"}'.length);
    // One frame has 256 entries at most, and each of these some hundred bytes even when deflated.
    expect(feed.downFrames).toBe(FAN_OUT.hosts);
    expect(feed.downBytes / feed.downFrames).toBeGreaterThan(60 * 500);
  });
});
