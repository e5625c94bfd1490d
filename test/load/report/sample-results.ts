/** Results that nobody measured, for tests of reports. */
import type { LoadResult, ModeResult } from '../result.ts';

/** @param ms the median; the slowest took three times the fastest's */
export function sampleMode(name: ModeResult['mode'], ms: number, more: Partial<ModeResult> = {}): ModeResult {
  const requests = 1_000;
  return {
    mode: name,
    requests: Array.from({ length: requests }, (_, at) => at),
    visitors: Array.from({ length: requests }, (_, at) => at % 50),
    dueMs: Array.from({ length: requests }, (_, at) => at * 10),
    totalMs: Array.from({ length: requests }, (_, at) => ms * (0.5 + at / requests)),
    counts: { planned: requests, good: requests, failed: 0, failures: {}, wrong: 0, failovers: 0 },
    originSent: [
      [0.1, 1_000],
      [1, 2_000_000],
    ],
    originBytes: { toPeers: 1_000_000, toNodesHttp: 1_000_000, toShoppers: 0 },
    wantedBytes: 2_000_000,
    wantedCopies: 7.5,
    copies: 1,
    taken: { peers: 8_000_000, webSeed: 2_000_000, raced: 10_000 },
    deliveredBytes: 60_000_000,
    sources: { memory: 40_000_000, disk: 10_000_000, peers: 8_000_000, webSeed: 2_000_000 },
    spread: { seconds: 3, boundSeconds: 1.5, bytes: 2_000_000, lastWantedSeconds: 2 },
    cpuSeconds: { origin: 1, edges: 4 },
    lateMs: { driver: 1, links: 2 },
    ...more,
  };
}

export function sampleResult(modes: readonly ModeResult[], more: Partial<LoadResult> = {}): LoadResult {
  return {
    format: 2,
    startedAt: '2026-01-01T00:00:00.000Z',
    command: 'npm run load -- --photos "<b>"',
    machine: { node: 'Node v20', processor: 'a <fast> one', cores: 2, kernel: 'Linux 6' },
    version: '0.1.0',
    scenario: 'flash-sale',
    summary: 'everybody comes',
    seed: 5,
    edges: 8,
    visitorsPerSecond: 12,
    isPartial: false,
    modes,
    ...more,
  };
}

/** A flash sale that went as promised. */
export const fair = sampleResult([
  sampleMode('origin', 5_000, { copies: 18 }),
  sampleMode('pull', 900, { copies: 7.6 }),
  sampleMode('swarm', 100, { copies: 1.1 }),
]);
