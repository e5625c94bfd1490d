/** What a fan-out came to: how long, and where the time went. */

import type { SimHost } from '../../shared/sim/host.ts';
import type { Simulation } from '../../shared/sim/simulation.ts';
import { BUCKET_MS } from '../../shared/sim/uplink-use.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../shared/units.ts';

/** A fan-out that is over, or was given up. */
interface FinishedRun {
  readonly contentBytes: number;
  readonly origin: SimHost;
  readonly honest: readonly SimHost[];
  readonly boundSeconds: number;
  readonly isComplete: boolean;
  readonly feed: FeedFrames;
}

/** Frames of the feed until the last host was done. */
export interface FeedFrames {
  /** From edges to the origin, and the characters in them. */
  readonly upFrames: number;
  readonly upBytes: number;
  /** With log entries from the origin to edges, and their deflated bytes. */
  readonly downFrames: number;
  readonly downBytes: number;
}

export interface FanOutResult {
  readonly seconds: number;
  readonly boundSeconds: number;
  readonly ratio: number;
  readonly originCopies: number;
  readonly wastedBytes: number;
  readonly isComplete: boolean;
  /** When each host was done, in their order, liars left out; infinite: never. */
  readonly doneSeconds: readonly number[];
  readonly causes: Causes;
  readonly feed: FeedFrames;
  readonly curves: readonly Curve[];
}

/** Where the time between bound and result went. Seconds. */
export interface Causes {
  /** Until the origin's first block left. */
  readonly firstBlockSeconds: number;
  /** When each block had left the origin once. */
  readonly firstCopySeconds: number;
  /** Uplink of the origin idle between its first block and that moment. */
  readonly originIdleSeconds: number;
  /** Blocks sent again before or after it. */
  readonly originRepeatedMib: number;
  /** From that moment until the last host is done. */
  readonly tailSeconds: number;
  /** Share of the hosts' uplinks in use, from first block to first copy, and in the tail. */
  readonly hostUpUse: number;
  readonly hostUpUseInTail: number;
  /** First, median and last host to be done. */
  readonly firstDoneSeconds: number;
  readonly medianDoneSeconds: number;
  readonly dials: number;
  readonly failedDials: number;
  readonly links: number;
  readonly closeReasons: Readonly<Record<string, number>>;
  readonly overheadShare: number;
  /** Turns of uplinks that found a full queue. */
  readonly drops: number;
  /** Per second: share of the origin's and of the hosts' uplinks in use. */
  readonly originUse: readonly number[];
  readonly hostUse: readonly number[];
}

export interface Curve {
  readonly name: string;
  /** Seconds, ascending. */
  readonly verifiedAt: readonly number[];
  readonly verifiedBytes: readonly number[];
}

export function resultOf(simulation: Simulation, run: FinishedRun): FanOutResult {
  const { contentBytes, origin, honest, boundSeconds, isComplete, feed } = run;
  const { upFrames, upBytes, downFrames, downBytes } = feed;
  const done = honest
    .filter((host) => host.isUp)
    .map((host) => lastOf(host.completedAt))
    .sort((a, b) => a - b);
  const seconds = simulation.events.now / 1000;
  return {
    seconds,
    boundSeconds,
    ratio: seconds / boundSeconds,
    originCopies: origin.engine.counters.uploadedBytes / contentBytes,
    wastedBytes: honest.reduce((sum, host) => sum + host.engine.counters.wastedBytes, 0),
    isComplete,
    doneSeconds: honest.map(({ completedAt }) =>
      completedAt.size < simulation.torrents.size ? Number.POSITIVE_INFINITY : lastOf(completedAt),
    ),
    causes: causesOf(simulation, origin, done),
    feed: { upFrames, upBytes, downFrames, downBytes },
    curves: honest.map((host) => ({
      name: host.name,
      verifiedAt: host.disk.verifiedAt.map((ms) => ms / 1000),
      verifiedBytes: host.disk.verifiedBytes,
    })),
  };
}

/** What is written down of it. */
export function figuresOf(result: FanOutResult): Omit<FanOutResult, 'curves'> {
  const { curves: _, ...figures } = result;
  return figures;
}

/** Seconds. A loop, for a call does not take a hundred thousand arguments. */
const lastOf = (completedAt: ReadonlyMap<unknown, number>): number => {
  let last = Number.NEGATIVE_INFINITY;
  for (const ms of completedAt.values()) last = Math.max(last, ms);
  return last / 1000;
};

function causesOf(simulation: Simulation, origin: SimHost, done: readonly number[]): Causes {
  const endMs = simulation.events.now;
  const hosts = simulation.hosts.filter((host) => host !== origin && host.isUp);
  const firstMs = origin.access.use.firstBulkAt;
  const isCopied = origin.disk.firstReads >= blockCount(simulation);
  const copyMs = isCopied ? origin.disk.firstReadsDoneAt : endMs;
  const reasons: Record<string, number> = {};
  for (const { counters } of simulation.hosts)
    for (const [reason, count] of counters.closeReasons) reasons[reason] = (reasons[reason] ?? 0) + count;
  const sum = (of: (host: SimHost) => number) => simulation.hosts.reduce((all, host) => all + of(host), 0);
  const sentBytes = sum((host) => host.access.use.sentBytes);
  return {
    firstBlockSeconds: firstMs / 1000,
    firstCopySeconds: copyMs / 1000,
    originIdleSeconds: (copyMs - firstMs - busyBetween([origin], firstMs, copyMs)) / 1000,
    originRepeatedMib: origin.disk.repeatedReadBytes / 2 ** 20,
    tailSeconds: (endMs - copyMs) / 1000,
    hostUpUse: busyBetween(hosts, firstMs, copyMs) / ((copyMs - firstMs) * hosts.length),
    hostUpUseInTail: busyBetween(hosts, copyMs, endMs) / (Math.max(endMs - copyMs, 1) * hosts.length),
    firstDoneSeconds: done[0] ?? Number.NaN,
    medianDoneSeconds: done[done.length >> 1] ?? Number.NaN,
    dials: sum((host) => host.counters.dials),
    failedDials: sum((host) => host.counters.failedDials),
    links: sum((host) => host.counters.linksOpened) / 2,
    closeReasons: reasons,
    drops: sum((host) => host.access.use.drops),
    overheadShare: 1 - sum((host) => host.engine.counters.uploadedBytes) / sentBytes,
    originUse: usePerSecond([origin], endMs),
    hostUse: usePerSecond(hosts, endMs),
  };
}

function blockCount(simulation: Simulation): number {
  let count = 0;
  for (const { geometry } of simulation.torrents.values()) {
    for (let piece = 0; piece < geometry.pieceCount; piece++)
      count += Math.ceil(geometry.contentLength(piece as PieceIndex) / BLOCK_BYTES);
  }
  return count;
}

/** Buckets that lie partly inside count by their part. */
function busyBetween(hosts: readonly SimHost[], fromMs: number, toMs: number): number {
  let busyMs = 0;
  for (const { access } of hosts) {
    access.use.busyBuckets.forEach((busy, bucket) => {
      const begin = bucket * BUCKET_MS;
      const insideMs = Math.min(begin + BUCKET_MS, toMs) - Math.max(begin, fromMs);
      if (insideMs > 0) busyMs += (busy * insideMs) / BUCKET_MS;
    });
  }
  return busyMs;
}

function usePerSecond(hosts: readonly SimHost[], endMs: number): number[] {
  return Array.from(
    { length: Math.ceil(endMs / 1000) },
    (_, second) => busyBetween(hosts, second * 1000, (second + 1) * 1000) / (1000 * hosts.length),
  );
}
