/**
 * Small image sets, published one after the other to edges that are linked already: what counts is the round trips,
 * and that one copy leaves the origin.
 */
import type { EngineOptions } from '../../shared/engine/options.ts';
import { ladderOf, makeTorrent, type SimTorrent } from '../../shared/sim/content.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import { Simulation } from '../../shared/sim/simulation.ts';
import { kumarRossSeconds } from '../../shared/trace/bound.ts';

export interface LateSets {
  readonly edges: number;
  readonly setKib: number;
  readonly sets: number;
  readonly upKbit: number;
  readonly downKbit: number;
  readonly seedUpKbit: number;
  readonly rttMs: number;
  readonly seed: number;
  readonly queueKib?: number;
  /** Each edge needs a time of its own, up to this, to join. Default 0. */
  readonly joinMs?: number | undefined;
  readonly engine?: Partial<EngineOptions>;
  /** So many times slower one of the edges is while the first set, which is not counted, goes round. Default 1. */
  readonly slownessBefore?: number;
}

export interface LateSet {
  /** From the entry's departure until the last edge has the set, above the Kumar-Ross bound. */
  readonly overRtts: number;
  /** Payload that left the origin, by the set's bytes. */
  readonly copies: number;
  /** Payload that edges got twice, by the set's bytes. */
  readonly wasted: number;
  readonly isComplete: boolean;
}

const BYTES_PER_KBIT = 125;
/** The first set makes the links. */
const WARM_UP_KIB = 64;
/** All is quiet then. */
const REST_MS = 3_000;
const LIMIT_MS = 60_000;

export function runLateSets(options: LateSets): LateSet[] {
  const simulation = new Simulation(options.seed);
  const { events } = simulation;
  const ofKib = (kib: number, i: number) => makeTorrent(i, ladderOf(kib * 1024), simulation.random);
  const sets = [WARM_UP_KIB, ...Array<number>(options.sets).fill(options.setKib)].map(ofKib);
  for (const set of sets) simulation.addTorrent(set);
  const rates = {
    upBytesPerSecond: options.upKbit * BYTES_PER_KBIT,
    downBytesPerSecond: options.downKbit * BYTES_PER_KBIT,
    latencyMs: options.rttMs / 4,
    queueBytes: options.queueKib ? options.queueKib << 10 : undefined,
    ...(options.engine && { engine: options.engine }),
  };
  const seedUpBytesPerSecond = options.seedUpKbit * BYTES_PER_KBIT;
  const origin = simulation.addHost({ name: 'origin', ...rates, upBytesPerSecond: seedUpBytesPerSecond });
  const edges = Array.from({ length: options.edges }, (_, i) =>
    simulation.addHost({ name: `edge ${i}`, ...rates }),
  );
  const hosts = [origin, ...edges];
  const nodes = hosts.map((host) => ({ peerId: host.peerId, isOrigin: host === origin }));
  for (const host of hosts) host.input({ type: 'fleet', nodes });
  const wastedBytes = () => edges.reduce((sum, { engine }) => sum + engine.counters.wastedBytes, 0);
  const results = sets.map((set, index): LateSet => {
    (edges[0] as SimHost).access.slowness = index === 0 ? (options.slownessBefore ?? 1) : 1;
    const before = { at: events.now, sent: origin.engine.counters.uploadedBytes, wasted: wastedBytes() };
    publish(simulation, origin, edges, set, options);
    const isDone = () => edges.every((edge) => edge.completedAt.has(set.infoHash));
    const isComplete = simulation.runUntil(isDone, LIMIT_MS);
    const tookMs = events.now - before.at;
    simulation.runUntil(() => false, REST_MS);
    const fileBytes = set.geometry.contentBytes;
    const boundMs =
      kumarRossSeconds({ fileBytes, seedUpBytesPerSecond, hosts: edges.map(() => rates) }) * 1000;
    return {
      overRtts: (tookMs - boundMs) / options.rttMs,
      copies: (origin.engine.counters.uploadedBytes - before.sent) / fileBytes,
      wasted: (wastedBytes() - before.wasted) / fileBytes,
      isComplete,
    };
  });
  return results.slice(1);
}

/** Every edge hears of the set by the feed, with the fleet's addresses at hand. */
function publish(
  { events, random }: Simulation,
  origin: SimHost,
  edges: readonly SimHost[],
  set: SimTorrent,
  { rttMs, joinMs = 0 }: LateSets,
): void {
  origin.add(set, { isSeed: true, superSeed: true, isNew: true });
  for (const edge of edges) {
    const join = () => {
      edge.add(set);
      const others = [origin, ...edges].filter((host) => host !== edge);
      const addresses = others.map((host) => host.address);
      edge.input({ type: 'peersFound', torrent: set.infoHash, addresses });
    };
    events.at(events.now + rttMs / 2 + (joinMs > 0 ? random.integer(joinMs) : 0), join);
  }
}
