import { expect, it } from 'vitest';
import { RequestDepth } from '../../../shared/engine/request-depth.ts';

const OPTIONS = { minRequests: 4, initialRequests: 8, maxRequests: 512, targetLatencyMs: 50 };

/** A path that takes `delayMs` and sends one block each `blockMs`: how deep does the queue settle? */
function settle(delayMs: number, blockMs: number): { depth: number; latencyMs: number } {
  const depth = new RequestDepth(OPTIONS);
  let latencyMs = delayMs;
  for (let i = 0; i < 5_000; i++) {
    latencyMs = delayMs + depth.limit * blockMs;
    depth.onBlock(latencyMs, depth.limit);
  }
  return { depth: depth.limit, latencyMs };
}

it('requests fill the path: at least the bandwidth-delay product is out', () => {
  for (const [delayMs, blockMs] of [
    [20, 6.5],
    [20, 1],
    [100, 1],
    [1, 0.1],
  ] as const) {
    const { depth } = settle(delayMs, blockMs);
    expect(depth * blockMs, `${delayMs} ms, a block in ${blockMs} ms`).toBeGreaterThanOrEqual(delayMs);
  }
});

it('the queue stays short: a block comes within a few of the smallest latencies', () => {
  expect(settle(20, 6.5).latencyMs).toBeLessThan(500);
  expect(settle(100, 1).latencyMs).toBeLessThan(700);
});

it('stays within its bounds, and begins again small after lost requests', () => {
  const depth = new RequestDepth(OPTIONS);
  for (let i = 0; i < 10_000; i++) depth.onBlock(0.1, depth.limit);
  expect(depth.limit).toBe(512);
  depth.onTimeout();
  expect(depth.limit).toBe(4);
  for (let i = 0; i < 100; i++) depth.onBlock(10_000, depth.limit);
  expect(depth.limit).toBe(4);
});

it('does not grow while it holds nothing back', () => {
  const depth = new RequestDepth(OPTIONS);
  for (let i = 0; i < 100; i++) depth.onBlock(1, 2);
  expect(depth.limit).toBe(8);
});
