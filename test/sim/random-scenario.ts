/**
 * A swarm drawn from a seed: its rates, delays and sets, every number that the engine is tuned by, and what goes
 * wrong. Faults end; then whoever stays must complete within a bound.
 */
import type { EngineTunables } from '../../shared/engine/options.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import { liar } from './behaviour.ts';
import { ladderOf, makeTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import { Simulation } from './simulation.ts';

/** Faults begin within this time and have ended after twice of it. */
const FAULTS_MS = 20_000;
/** Longest wait of the engine that a fault may have set going: redial after many failures, silence, snubbing. */
const LIVENESS_MS = 600_000;

/** Whole number from `low` to `high`; every octave is as likely. */
function between(random: Random, low: number, high: number): number {
  return Math.round(low * (high / low) ** random.fraction());
}

const chance = (random: Random, share: number) => random.fraction() < share;

/** Every tunable drawn anew, from a fraction of its default to a multiple, as far as it makes sense. */
export function drawTunables(random: Random): EngineTunables {
  const draw = (low: number, high: number) => between(random, low, high);
  const minRequests = draw(1, 8);
  const initialRequests = minRequests + draw(1, 16);
  return {
    uploadSlots: draw(2, 20),
    strangerSlots: draw(1, 20),
    chokingRoundMs: draw(2_000, 20_000),
    optimisticRoundMs: draw(5_000, 60_000),
    snubAfterMs: draw(10_000, 120_000),
    handshakeTimeoutMs: draw(3_000, 20_000),
    keepAliveMs: draw(20_000, 60_000),
    silenceTimeoutMs: draw(90_000, 180_000),
    minRequests,
    initialRequests,
    maxRequests: initialRequests + draw(8, 500),
    requestLatencyMs: draw(10, 300),
    requestTimeoutMs: draw(2_000, 20_000),
    channelTimeoutMs: draw(10_000, 60_000),
    endGameAfterMs: draw(50, 3_000),
    haveHoldMs: draw(1, 300),
    maxQueuedUploads: draw(64, 2_000),
    maxQueuedUploadBytes: draw(4 << 20, 32 << 20),
    allowedFastBytesPerSecond: draw(1 << 10, 256 << 10),
    allowedFastBurstBytes: draw(64 << 10, 4 << 20),
    sendBufferBytes: draw(32 << 10, 512 << 10),
    maxUnsentBytes: draw(4 << 20, 16 << 20),
    maxUnwrittenBytes: draw(1 << 20, 64 << 20),
    maxLinks: draw(1_000, 4_000),
    reservedFleetLinks: draw(10, 500),
    maxLinksPerTorrent: draw(4, 60),
    maxAddressesPerTorrent: draw(50, 1_000),
    redialAfterMs: draw(500, 5_000),
    readerHedgeMs: draw(50, 1_000),
    webSeedIdleMs: draw(1_000, 10_000),
    webSeedPatienceMs: draw(5_000, 60_000),
    webSeedFetchBytes: draw(64 << 10, 4 << 20),
    superSeedWindowBytes: draw(32 << 10, 1 << 20),
    superSeedStallMs: draw(100, 5_000),
    seedShareBytes: draw(256 << 10, 8 << 20),
    banMs: draw(60_000, 3_600_000),
    picker: { endGameCopies: 1 + random.integer(4) },
  };
}

export interface ScenarioOutcome {
  readonly seed: number;
  readonly hosts: number;
  readonly seconds: number;
  /** Names and what they lack; empty when everyone who stays is complete. */
  readonly stuck: readonly string[];
  readonly faults: readonly string[];
}

/** @throws InvariantBroken when a rule that holds at every moment is broken */
export function runRandomScenario(seed: number): ScenarioOutcome {
  const simulation = new Simulation(seed);
  const random = seededRandom(seed ^ 0x5eed);
  drawTorrents(simulation, random);
  const superSeed = chance(random, 0.7);
  const origin = drawHost(simulation, random, 'origin');
  for (const torrent of simulation.torrents.values()) origin.add(torrent, { isSeed: true, superSeed });
  const count = between(random, 2, 14);
  const hosts = Array.from({ length: count }, (_, i) => drawHost(simulation, random, `host ${i + 1}`));
  const liars = Array.from({ length: random.integer(3) }, (_, i) =>
    simulation.addHost({ ...drawRates(random), name: `liar ${i + 1}`, behaviour: liar }),
  );
  for (const host of [...hosts, ...liars]) join(simulation, host, random);
  const faults = drawFaults(simulation, random, hosts);
  simulation.runUntil(() => false, 2 * FAULTS_MS);
  const staying = hosts.filter((host) => host.isUp);
  simulation.runUntil(() => staying.every((host) => host.isComplete), LIVENESS_MS);
  simulation.checkUplinks();
  const stuck = staying
    .filter((host) => !host.isComplete)
    .map((host) => `${host.name}: ${[...host.held.values()].map((held) => `${held.count}/${held.size}`)}`);
  return { seed, hosts: count, seconds: simulation.events.now / 1000, stuck, faults };
}

function drawTorrents(simulation: Simulation, random: Random): void {
  const sets = between(random, 1, 12);
  for (let i = 0; i < sets; i++) {
    const pieceLengthBytes = 16_384 << random.integer(3);
    const files = ladderOf(between(random, 2_000, 1_000_000));
    simulation.addTorrent(makeTorrent(i, files, random, pieceLengthBytes));
  }
}

function drawRates(random: Random) {
  return {
    upBytesPerSecond: between(random, 60_000, 5_000_000),
    downBytesPerSecond: between(random, 200_000, 10_000_000),
    latencyMs: between(random, 1, 60),
    diskMs: random.integer(3) * 5,
  };
}

function drawHost(simulation: Simulation, random: Random, name: string): SimHost {
  const isFreeRider = name !== 'origin' && chance(random, 0.1);
  const tunables = drawTunables(random);
  const engine = isFreeRider ? { ...tunables, uploadSlots: 0 } : tunables;
  return simulation.addHost({
    ...drawRates(random),
    name: isFreeRider ? `${name}, free rider` : name,
    engine,
  });
}

/** Half of them at once, the others some time later. */
function join(simulation: Simulation, host: SimHost, random: Random): void {
  const at = chance(random, 0.5) ? random.fraction() * 100 : random.fraction() * FAULTS_MS;
  simulation.events.at(at, () => {
    for (const torrent of simulation.torrents.values()) host.add(torrent);
  });
}

function drawFaults(simulation: Simulation, random: Random, hosts: readonly SimHost[]): string[] {
  const faults: string[] = [];
  const plan = (what: string, run: () => void): number => {
    const at = random.fraction() * FAULTS_MS;
    faults.push(`${at.toFixed(0)} ms: ${what}`);
    simulation.events.at(at, run);
    return at;
  };
  // One always stays, or there is nobody who could be stuck.
  for (const host of hosts.slice(1)) {
    const lot = random.fraction();
    if (lot < 0.1) plan(`${host.name} crashes`, () => host.die('crash'));
    else if (lot < 0.15) plan(`${host.name} loses power`, () => host.die('silent'));
    else if (lot < 0.25) {
      const slowness = between(random, 2, 20);
      plan(`${host.name} turns ${slowness} times slower`, () => {
        host.access.slowness = slowness;
      });
    }
  }
  if (chance(random, 0.3)) {
    const islands = new Map(simulation.hosts.map((host) => [host, random.integer(2)]));
    const at = plan('the network splits', () => simulation.partition(islands));
    simulation.events.at(at + random.fraction() * FAULTS_MS, () => simulation.partition(undefined));
  }
  return faults;
}
