/** One new image set for edges that are linked already: what counts is the round trips, and that one copy leaves. */
import { describe, expect, it } from 'vitest';
import { ladderOf, makeTorrent, type SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import { Simulation } from './simulation.ts';

const KIB = 1024;
const RATES = { upBytesPerSecond: 2_500_000, downBytesPerSecond: 5_000_000, latencyMs: 5 };
const ROUND_TRIP_MS = 20;
const EDGES = 8;

const bytesOf = (set: SimTorrent) => set.geometry.contentBytes;

/** Publishes the set; every edge hears of it half a round trip later. @returns when the last edge has all, in ms */
function publish(
  simulation: Simulation,
  origin: SimHost,
  edges: readonly SimHost[],
  set: SimTorrent,
): number {
  const { events } = simulation;
  const from = events.now;
  origin.add(set, { isSeed: true, superSeed: true });
  events.at(from + ROUND_TRIP_MS / 2, () => {
    for (const edge of edges) {
      edge.add(set);
      const others = [origin, ...edges].filter((host) => host !== edge);
      const addresses = others.map((host) => host.address);
      edge.input({ type: 'peersFound', torrent: set.infoHash, addresses });
    }
  });
  const isDone = () => edges.every((edge) => edge.completedAt.has(set.infoHash));
  expect(simulation.runUntil(isDone, 60_000), `seed ${simulation.seed}`).toBe(true);
  return events.now - from;
}

function linkedFleet(seed: number) {
  const simulation = new Simulation(seed);
  const sets = [64, 256, 256, 256].map((kib, i) => makeTorrent(i, ladderOf(kib * KIB), simulation.random));
  for (const set of sets) simulation.addTorrent(set);
  const origin = simulation.addHost({ name: 'origin', ...RATES });
  const edges = Array.from({ length: EDGES }, (_, i) => simulation.addHost({ name: `edge ${i}`, ...RATES }));
  const nodes = [origin, ...edges].map((host) => ({ peerId: host.peerId, isOrigin: host === origin }));
  for (const host of [origin, ...edges]) host.input({ type: 'fleet', nodes });
  publish(simulation, origin, edges, sets[0] as SimTorrent);
  simulation.runUntil(() => false, 5_000);
  return { simulation, origin, edges, sets: sets.slice(1) };
}

describe('a new set of 256 KiB on eight linked edges', () => {
  for (const seed of [1, 2, 3]) {
    it(`leaves the origin once, and is everywhere ten round trips after the bound at the latest, seed ${seed}`, () => {
      const { simulation, origin, edges, sets } = linkedFleet(seed);
      for (const set of sets) {
        const uploadedBefore = origin.engine.counters.uploadedBytes;
        const tookMs = publish(simulation, origin, edges, set);
        const boundMs = (bytesOf(set) * 1000) / RATES.upBytesPerSecond;
        expect((tookMs - boundMs) / ROUND_TRIP_MS).toBeLessThan(10);
        const copies = (origin.engine.counters.uploadedBytes - uploadedBefore) / bytesOf(set);
        expect(copies).toBeLessThan(1.05);
        simulation.runUntil(() => false, 3_000);
      }
    });
  }
});
