/**
 * A swarm drawn from a seed: its rates, delays, losses and sets, every number that the engine is tuned by, and what
 * goes wrong. Safety first: faults come and go while every rule is watched. Then liveness: they end, and whoever stays
 * must complete within a bound that the scenario tells (liveness.ts).
 */
import { type Random, seededRandom } from '../../shared/random.ts';
import { type Behaviour, liar, liarAtTimes, mute, silentHoarder } from '../../shared/sim/behaviour.ts';
import { type Buggify, type BuggifySwitch, drawBuggify } from '../../shared/sim/buggify.ts';
import { ladderOf, makeTorrent } from '../../shared/sim/content.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import type { AddOptions } from '../../shared/sim/host-options.ts';
import { Simulation } from '../../shared/sim/simulation.ts';
import { drawFaults, FAULTS_MS } from './faults.ts';
import { SimFeed } from './feed.ts';
import { tellFleet } from './fleet.ts';
import { Watch } from './invariants.ts';
import { livenessBoundMs } from './liveness.ts';
import { between, chance, drawTunables } from './tunables.ts';

export interface Scenario {
  readonly simulation: Simulation;
  readonly random: Random;
  readonly origin: SimHost;
  readonly originAdds: AddOptions;
  /** Honest edges. */
  readonly hosts: readonly SimHost[];
  readonly feed: SimFeed;
  /** They know each other as nodes of one fleet: gifts, and channels that the origin begins. */
  readonly isFleet: boolean;
  /** What goes wrong, as it is drawn. */
  readonly faults: string[];
}

export interface ScenarioOutcome {
  readonly seed: number;
  readonly hosts: number;
  readonly seconds: number;
  /** From the end of the faults until everyone was complete, and what was allowed. */
  readonly recoverySeconds: number;
  readonly boundSeconds: number;
  /** Engine steps, bytes and links of the run in one number: the same seed gives the same. */
  readonly digest: string;
  readonly faults: readonly string[];
}

/** @throws InvariantBroken when a rule is broken; its message names the seed, the time and the host */
export function runRandomScenario(seed: number): ScenarioOutcome {
  const { scenario, buggify } = drawScenario(seed);
  const { simulation, hosts, feed, faults } = scenario;
  const heal = drawFaults(scenario);
  simulation.runUntil(() => false, 2 * FAULTS_MS);
  heal();
  buggify.off();
  const staying = hosts.filter((host) => host.isUp);
  const { now } = simulation.events;
  const boundMs = livenessBoundMs(scenario, staying);
  const isDone = (host: SimHost) => feed.isCaughtUp(host) && host.isComplete;
  simulation.runUntil(() => staying.every(isDone), boundMs);
  const stuck = staying.find((host) => !isDone(host));
  if (stuck) stuck.violated('completes', `not within ${(boundMs / 1000).toFixed(0)} s: ${stateOf(stuck)}`);
  simulation.checkUplinks();
  return {
    seed,
    hosts: hosts.length,
    seconds: simulation.events.now / 1000,
    recoverySeconds: (simulation.events.now - now) / 1000,
    boundSeconds: boundMs / 1000,
    digest: digestOf(simulation),
    faults,
  };
}

function drawScenario(seed: number): { readonly scenario: Scenario; readonly buggify: BuggifySwitch } {
  const simulation = new Simulation(seed);
  simulation.watch = new Watch(simulation);
  const random = seededRandom(seed ^ 0x5eed);
  const buggify = drawBuggify(random);
  const lossShare = chance(random, 0.5) ? random.fraction() * 0.05 : 0;
  const drawn = { simulation, random, buggify, lossShare };
  const origin = drawHost(drawn, 'origin');
  const hosts = Array.from({ length: between(random, 2, 14) }, (_, i) => drawHost(drawn, `host ${i + 1}`));
  const hostile = Array.from({ length: random.integer(3) }, (_, i) => drawHostile(drawn, i + 1));
  const feed = new SimFeed(simulation, random, between(random, 1, 2_000));
  const originAdds = { isSeed: true, superSeed: chance(random, 0.7) };
  // Of a source of its own: what older seeds draw stays as it was.
  const isFleet = chance(seededRandom(seed ^ 0xf1ee7), 0.5);
  const scenario = { simulation, random, origin, originAdds, hosts, feed, isFleet, faults: [] };
  tellFleet(scenario);
  drawTorrents(scenario);
  for (const host of [...hosts, ...hostile]) connectSometime(scenario, host);
  return { scenario, buggify };
}

interface Drawn {
  readonly simulation: Simulation;
  readonly random: Random;
  readonly buggify: BuggifySwitch;
  readonly lossShare: number;
}

/** Some are there from the begin, others are published while faults are under way, and a few are purged again. */
function drawTorrents({ simulation, random, origin, originAdds, feed }: Scenario): void {
  const sets = between(random, 1, 12);
  for (let i = 0; i < sets; i++) {
    const pieceLengthBytes = 16_384 << random.integer(3);
    const torrent = makeTorrent(i, ladderOf(between(random, 2_000, 1_000_000)), random, pieceLengthBytes);
    simulation.addTorrent(torrent);
    const publishedAt = chance(random, 0.5) ? 0 : random.fraction() * FAULTS_MS;
    simulation.events.at(publishedAt, () => {
      origin.add(torrent, { ...originAdds, isNew: originAdds.superSeed === true });
      feed.append({ type: 'publish', torrent });
    });
    if (i === 0 || !chance(random, 0.1)) continue;
    simulation.events.at(publishedAt + random.fraction() * FAULTS_MS, () => {
      origin.remove(torrent.infoHash);
      feed.append({ type: 'purge', torrent: torrent.infoHash });
    });
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

function drawHost({ simulation, random, buggify, lossShare }: Drawn, name: string): SimHost {
  const isFreeRider = name !== 'origin' && chance(random, 0.1);
  const tunables = drawTunables(random);
  return simulation.addHost({
    ...drawRates(random),
    name: isFreeRider ? `${name}, free rider` : name,
    engine: isFreeRider ? { ...tunables, uploadSlots: 0 } : tunables,
    buggify: name === 'origin' ? keepsPieces(buggify.buggify) : buggify.buggify,
    lossShare,
  });
}

/** The origin's disk is sound: a piece that nobody else has would be lost for good. */
const keepsPieces =
  (buggify: Buggify): Buggify =>
  (point) =>
    point !== 'readFails' && buggify(point);

const HOSTILE: readonly ((random: Random) => Behaviour)[] = [
  () => liar,
  (random) => liarAtTimes(random, random.fraction()),
  () => mute,
  () => silentHoarder,
];

function drawHostile({ simulation, random, lossShare }: Drawn, number: number): SimHost {
  const behaviour = (HOSTILE[random.integer(HOSTILE.length)] as (typeof HOSTILE)[number])(random);
  return simulation.addHost({ ...drawRates(random), name: `hostile ${number}`, behaviour, lossShare });
}

/** Half of them at once, the others some time later. */
function connectSometime({ simulation, random, feed }: Scenario, host: SimHost): void {
  const at = chance(random, 0.5) ? random.fraction() * 100 : random.fraction() * FAULTS_MS;
  simulation.events.at(at, () => feed.connect(host));
}

function stateOf(host: SimHost): string {
  const held = [...host.held.values()].map((pieces) => `${pieces.count}/${pieces.size}`);
  return `has ${held.join(' ') || 'heard of nothing'}, ${host.ends.size} links`;
}

function digestOf({ hosts, events }: Simulation): string {
  const parts = hosts.map((host) => {
    const { counters, engine, access, disk } = host;
    const { fromPeersBytes, uploadedBytes, wastedBytes } = engine.counters;
    const times = disk.verifiedAt.reduce((sum, at) => sum + at, 0);
    return [
      counters.dials,
      counters.linksOpened,
      fromPeersBytes,
      uploadedBytes,
      wastedBytes,
      access.use.sentBytes,
      times,
    ];
  });
  return `${events.now} ${parts.map((part) => part.join(',')).join(' ')}`;
}
