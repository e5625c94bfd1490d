/** Rows of the threat list that only a swarm can show, each beside the same swarm without the attack. */
import { describe, expect, it } from 'vitest';
import { type Behaviour, liar, lyingHoarder, silentHoarder } from '../../shared/sim/behaviour.ts';
import { makeTorrent } from '../../shared/sim/content.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import { Simulation } from '../../shared/sim/simulation.ts';

const MIB = 2 ** 20;
const RATES = { upBytesPerSecond: 2_500_000, downBytesPerSecond: 5_000_000, latencyMs: 5 };
const EDGES = 8;

interface Swarm {
  readonly simulation: Simulation;
  readonly origin: SimHost;
  readonly edges: readonly SimHost[];
  /** Seconds until the last of these is done. */
  lastDone(hosts: readonly SimHost[]): number;
}

/** An origin that super-seeds 8 MiB, and eight edges that start with it. */
function swarm(
  seed: number,
  edge: (index: number) => { engine?: { uploadSlots: number }; behaviour?: Behaviour } = () => ({}),
): Swarm {
  const simulation = new Simulation(seed);
  simulation.addTorrent(makeTorrent(0, [8 * MIB], simulation.random));
  const [torrent] = simulation.torrents.values();
  const origin = simulation.addHost({ name: 'origin', ...RATES });
  const edges = Array.from({ length: EDGES }, (_, i) =>
    simulation.addHost({ name: `edge ${i}`, ...RATES, ...edge(i) }),
  );
  origin.add(torrent!, { isSeed: true, superSeed: true });
  for (const host of edges) host.add(torrent!);
  const lastDone = (hosts: readonly SimHost[]) => {
    const isDone = simulation.runUntil(() => hosts.every((host) => host.isComplete), 600_000);
    expect(isDone, `seed ${seed}: everyone completes`).toBe(true);
    return Math.max(...hosts.map((host) => host.completedAt.get(torrent!.infoHash) ?? 0)) / 1000;
  };
  return { simulation, origin, edges, lastDone };
}

function undisturbed(seed: number): number {
  const { edges, lastDone } = swarm(seed);
  return lastDone(edges);
}

describe('threats to a swarm', () => {
  for (const [name, ip] of [
    ['of one network', (i: number) => `192.0.2.${i % 250}`],
    ['of a thousand networks', (i: number) => `192.${i >> 8}.${i & 255}.1`],
  ] as const) {
    it(`threat row 2: a liar hands out 1,000 addresses ${name}; the edges dial few of them and lose no time`, () => {
      const { simulation, edges, lastDone } = swarm(2);
      const [torrent] = simulation.torrents.keys();
      const addresses = Array.from({ length: 1_000 }, (_, i) => ({ ip: ip(i), port: 1_000 + i }));
      for (const edge of edges) edge.input({ type: 'peersFound', torrent: torrent!, addresses });
      expect(lastDone(edges) / undisturbed(2)).toBeLessThan(1.1);
      for (const edge of edges) expect(edge.counters.dials).toBeLessThan(50);
    });
  }

  for (const [name, behaviour] of [
    ['never tells what it has', silentHoarder],
    ['claims to have everything', lyingHoarder(512)],
  ] as const) {
    it(`threat row 12: a hoarder that ${name} does not stall super-seeding`, () => {
      const { edges, lastDone } = swarm(12, (i) => (i === 0 ? { behaviour } : {}));
      expect(lastDone(edges.slice(1)) / undisturbed(12)).toBeLessThan(1.25);
    });
  }

  it('threat row 4: a banned node is dialled no more while its ban holds, and again when it has ended', () => {
    const banMs = 600_000;
    const simulation = new Simulation(4);
    for (let i = 0; i < 20; i++) simulation.addTorrent(makeTorrent(i, [MIB], simulation.random));
    const origin = simulation.addHost({ name: 'origin', ...RATES, upBytesPerSecond: 10_000 });
    const cheat = simulation.addHost({ name: 'liar', ...RATES, behaviour: liar });
    const edge = simulation.addHost({ name: 'edge', ...RATES, engine: { banMs } });
    for (const torrent of simulation.torrents.values()) {
      origin.add(torrent, { isSeed: true });
      cheat.add(torrent, { isSeed: true });
      edge.add(torrent);
    }
    expect(simulation.runUntil(() => edge.banned.length > 0, banMs)).toBe(true);
    const dials = edge.counters.dials;
    simulation.runUntil(() => false, simulation.events.now + banMs / 2);
    expect(edge.counters.dials).toBe(dials);
    expect(simulation.runUntil(() => edge.banned.length > 1, 3 * banMs)).toBe(true);
  });

  it('threat row 13: two of eight free-ride; they finish last or equal, the others are less than 10 % slower', () => {
    const { edges, lastDone } = swarm(13, (i) => (i < 2 ? { engine: { uploadSlots: 0 } } : {}));
    const givers = lastDone(edges.slice(2));
    const riders = lastDone(edges.slice(0, 2));
    expect(givers / undisturbed(13)).toBeLessThan(1.1);
    expect(riders).toBeGreaterThanOrEqual(givers * 0.999);
  });

  for (const seed of [1, 2, 3]) {
    it(`threat row 1: fifty ids of one /24 that only take: the edges are done in at most 1.1 times the time, seed ${seed}`, () => {
      const { simulation, edges, lastDone } = swarm(seed);
      addSybils(simulation, (i) => `198.51.100.${i + 1}`);
      expect(lastDone(edges) / undisturbed(seed)).toBeLessThanOrEqual(1.1);
    });
  }

  it('threat row 1: fifty ids of fifty networks gain no more beside a fleet whose nodes know one another', () => {
    const { simulation, origin, edges, lastDone } = swarm(1);
    const fleet = [origin, ...edges];
    const nodes = fleet.map((host) => ({ peerId: host.peerId, isOrigin: host === origin }));
    for (const host of fleet) host.input({ type: 'fleet', nodes });
    addSybils(simulation, (i) => `198.51.${i}.1`);
    expect(lastDone(edges) / undisturbed(1)).toBeLessThanOrEqual(1.1);
  });
});

function addSybils(simulation: Simulation, ip: (index: number) => string): void {
  const [torrent] = simulation.torrents.values();
  for (let i = 0; i < 50; i++) {
    const options = { ip: ip(i), behaviour: { isHostile: true }, engine: { uploadSlots: 0 } };
    simulation.addHost({ name: `sybil ${i}`, ...RATES, ...options }).add(torrent!);
  }
}
