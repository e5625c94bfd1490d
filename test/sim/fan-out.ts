/** One origin, many hosts that start together, each with the same image sets: how long, and where the time went. */
import { seededRandom } from '../../shared/random.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../shared/units.ts';
import { liar } from './behaviour.ts';
import { kumarRossSeconds } from './bound.ts';
import { ladderOf, makeTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import { BUCKET_MS } from './network.ts';
import { Simulation } from './simulation.ts';
import { drawTopology } from './topology.ts';

export interface FanOut {
  readonly hosts: number;
  readonly sets: number;
  readonly mib: number;
  readonly upKbit: number;
  readonly downKbit: number;
  readonly seedUpKbit: number;
  readonly rttMs: number;
  readonly seed: number;
  /** Of the hosts, so many send wrong blocks, upload nothing, or die while it runs. */
  readonly liars: number;
  readonly freeRiders: number;
  readonly kill: number;
  /** Nodes that a host knows, on average, in a swarm of more. */
  readonly peers: number;
  /** Of an uplink that is one queue and drops what is over; 0: fair queueing without a limit. */
  readonly queueKib: number;
}

export interface FanOutResult {
  readonly seconds: number;
  readonly boundSeconds: number;
  readonly ratio: number;
  readonly originCopies: number;
  readonly wastedBytes: number;
  readonly isComplete: boolean;
  readonly causes: Causes;
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

const BYTES_PER_KBIT = 125;
/** Times the bound, after which a run has failed. */
const PATIENCE = 40;
/** Hosts do not start in the same millisecond. */
const START_JITTER_MS = 20;

export function runFanOut(options: FanOut): FanOutResult {
  const simulation = new Simulation(options.seed);
  const fileBytes = options.mib * 2 ** 20;
  const latencyMs = options.rttMs / 4;
  const rates = {
    upBytesPerSecond: options.upKbit * BYTES_PER_KBIT,
    downBytesPerSecond: options.downKbit * BYTES_PER_KBIT,
    latencyMs,
    queueBytes: options.queueKib > 0 ? options.queueKib << 10 : undefined,
  };
  const seedUpBytesPerSecond = options.seedUpKbit * BYTES_PER_KBIT;
  const origin = simulation.addHost({
    name: 'origin',
    ...rates,
    upBytesPerSecond: seedUpBytesPerSecond,
    behaviour: { countsReads: true },
  });
  addTorrents(simulation, options.sets, fileBytes);
  const hosts = Array.from({ length: options.hosts }, (_, i) => addHost(simulation, options, rates, i));
  for (const torrent of simulation.torrents.values()) origin.add(torrent, { isSeed: true, superSeed: true });
  simulation.tracker.topology = drawTopology(origin, hosts, options.peers, seededRandom(options.seed + 2));
  if (simulation.tracker.topology) simulation.tracker.opensAtMs = 2 * START_JITTER_MS;
  tellFleet(simulation.hosts, origin);
  startHosts(simulation, hosts);
  killSome(simulation, hosts, options);
  const boundSeconds = kumarRossSeconds({
    fileBytes,
    seedUpBytesPerSecond,
    hosts: hosts.map(() => rates),
  });
  const honest = hosts.filter((host) => host.isHonest);
  // Asked after every event: who was found done is not looked at again.
  let doneCount = 0;
  const isDone = () => {
    for (; doneCount < honest.length; doneCount++) {
      const host = honest[doneCount] as SimHost;
      if (host.isUp && host.completedAt.size < options.sets) return false;
    }
    return true;
  };
  const isComplete = simulation.runUntil(isDone, boundSeconds * PATIENCE * 1000);
  simulation.checkUplinks();
  return resultOf(simulation, options, origin, honest, boundSeconds, isComplete);
}

function addTorrents(simulation: Simulation, sets: number, fileBytes: number): void {
  const random = seededRandom(simulation.seed + 1);
  for (let i = 0; i < sets; i++) {
    const setBytes = Math.floor((fileBytes * (i + 1)) / sets) - Math.floor((fileBytes * i) / sets);
    simulation.addTorrent(makeTorrent(i, sets === 1 ? [setBytes] : ladderOf(setBytes), random));
  }
}

function addHost(
  simulation: Simulation,
  options: FanOut,
  rates: {
    readonly upBytesPerSecond: number;
    readonly downBytesPerSecond: number;
    readonly latencyMs: number;
    readonly queueBytes: number | undefined;
  },
  index: number,
): SimHost {
  const isLiar = index < options.liars;
  const isFreeRider = !isLiar && index < options.liars + options.freeRiders;
  return simulation.addHost({
    name: `${isLiar ? 'liar' : isFreeRider ? 'free rider' : 'host'} ${index + 1}`,
    ...rates,
    ...(isLiar ? { behaviour: liar } : {}),
    ...(isFreeRider ? { engine: { uploadSlots: 0 } } : {}),
  });
}

/** As edges know one another by the feed. */
function tellFleet(hosts: readonly SimHost[], origin: SimHost): void {
  const nodes = hosts.map((host) => ({ peerId: host.peerId, isOrigin: host === origin }));
  for (const host of hosts) host.input({ type: 'fleet', nodes });
}

function startHosts(simulation: Simulation, hosts: readonly SimHost[]): void {
  for (const host of hosts) {
    simulation.events.at(1 + simulation.random.fraction() * START_JITTER_MS, () => {
      for (const torrent of simulation.torrents.values()) host.add(torrent);
    });
  }
}

/** The last ones of the list, one after the other, while the first copy is still on its way. */
function killSome(simulation: Simulation, hosts: readonly SimHost[], options: FanOut): void {
  const firstCopyMs = (options.mib * 2 ** 20 * 1000) / (options.seedUpKbit * BYTES_PER_KBIT);
  hosts.slice(hosts.length - options.kill).forEach((host, i) => {
    simulation.events.at((firstCopyMs * (i + 1)) / (options.kill + 1), () => host.die('crash'));
  });
}

function resultOf(
  simulation: Simulation,
  options: FanOut,
  origin: SimHost,
  honest: readonly SimHost[],
  boundSeconds: number,
  isComplete: boolean,
): FanOutResult {
  const done = honest
    .filter((host) => host.isUp)
    .map((host) => Math.max(...host.completedAt.values()) / 1000)
    .sort((a, b) => a - b);
  const seconds = simulation.events.now / 1000;
  return {
    seconds,
    boundSeconds,
    ratio: seconds / boundSeconds,
    originCopies: origin.engine.counters.uploadedBytes / (options.mib * 2 ** 20),
    wastedBytes: honest.reduce((sum, host) => sum + host.engine.counters.wastedBytes, 0),
    isComplete,
    causes: causesOf(simulation, origin, done),
    curves: honest.map((host) => ({
      name: host.name,
      verifiedAt: host.disk.verifiedAt.map((ms) => ms / 1000),
      verifiedBytes: host.disk.verifiedBytes,
    })),
  };
}

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
