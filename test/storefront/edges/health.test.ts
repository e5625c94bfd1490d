import { describe, expect, it } from 'vitest';
import {
  afterImageFailure,
  afterImageLoaded,
  afterProbe,
  isAvoided,
  UNKNOWN_HEALTH,
} from '../../../storefront/src/edges/health.ts';

const ok = (latencyMs: number) => ({ ok: true, latencyMs }) as const;
const FAILED = { ok: false } as const;

describe('latency', () => {
  it('is the first probe, then at once any faster one', () => {
    const first = afterProbe(UNKNOWN_HEALTH, ok(120), 1);
    expect(first.latencyMs).toBe(120);
    expect(afterProbe(first, ok(8), 2).latencyMs).toBe(8);
  });

  it('one slow probe does not undo what was known, many do', () => {
    let health = afterProbe(UNKNOWN_HEALTH, ok(10), 1);
    health = afterProbe(health, ok(110), 2);
    expect(health.latencyMs).toBe(40);
    for (let time = 3; time < 20; time += 1) health = afterProbe(health, ok(110), time);
    expect(health.latencyMs).toBeGreaterThan(100);
  });
});

describe('avoidance', () => {
  it('an edge never probed may be tried', () => {
    expect(isAvoided(UNKNOWN_HEALTH, 0)).toBe(false);
  });

  it('a failed probe keeps an edge out until a probe succeeds, however long', () => {
    const dead = afterProbe(UNKNOWN_HEALTH, FAILED, 1_000);
    expect(isAvoided(dead, 10_000_000)).toBe(true);
    expect(isAvoided(afterProbe(dead, ok(5), 10_000_001), 10_000_001)).toBe(false);
  });

  it('a failed image keeps an edge out for 5 s and until a probe succeeds', () => {
    const failed = afterImageFailure(afterProbe(UNKNOWN_HEALTH, ok(5), 0), 1_000);
    expect(isAvoided(failed, 5_999)).toBe(true);
    expect(isAvoided(failed, 6_000)).toBe(true);
    const probed = afterProbe(failed, ok(5), 2_000);
    expect(isAvoided(probed, 5_999)).toBe(true);
    expect(isAvoided(probed, 6_000)).toBe(false);
  });

  it('images that fail together count once', () => {
    const once = afterImageFailure(UNKNOWN_HEALTH, 1_000);
    expect(afterImageFailure(once, 1_001)).toBe(once);
  });

  it('doubles from failure to failure up to a minute, and starts over when an image comes', () => {
    let health = UNKNOWN_HEALTH;
    let nowMs = 0;
    const lengthsMs: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      health = afterProbe(afterImageFailure(health, nowMs), ok(5), nowMs);
      lengthsMs.push(health.avoidUntilMs - nowMs);
      nowMs = health.avoidUntilMs;
    }
    expect(lengthsMs).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(afterImageFailure(afterImageLoaded(health), nowMs).avoidUntilMs - nowMs).toBe(5_000);
  });
});
