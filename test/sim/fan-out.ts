/** One origin, many hosts that start together, each with the same image sets. */
import { seededRandom } from '../../shared/random.ts';
import type { AccessRates } from '../../shared/sim/access-rates.ts';
import { liar } from '../../shared/sim/behaviour.ts';
import { ladderOf, makeTorrent } from '../../shared/sim/content.ts';
import { ETHERNET } from '../../shared/sim/frames.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import { Simulation } from '../../shared/sim/simulation.ts';
import { drawTopology } from '../../shared/sim/topology.ts';
import { kumarRossSeconds } from '../../shared/trace/bound.ts';
import { type FanOutResult, resultOf } from './fan-out-result.ts';
import { FeedLoad } from './feed-load.ts';

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
  /** Headers of TCP/IP and Ethernet take their time on the links, and acknowledgements. */
  readonly frames: boolean;
  /** After which the tracker is asked again. Default: half a minute. */
  readonly announceSeconds?: number;
}

/** What another run was like, for one that is to be like it. */
export interface Likeness {
  /** Bytes of each set's renditions. Default: ladders of equal sets. */
  readonly sets?: readonly (readonly number[])[];
  /** When each host begins. Default: within {@link START_JITTER_MS}. */
  readonly startsMs?: readonly number[];
}

const BYTES_PER_KBIT = 125;
/** Times the bound, after which a run has failed; handshakes of a small one take longer than that. */
const PATIENCE = 40;
const LEAST_PATIENCE_MS = 10_000;
/** Hosts do not start in the same millisecond. */
const START_JITTER_MS = 20;

/** @param atEnd looks at the swarm while it still stands */
export function runFanOut(
  options: FanOut,
  likeness: Likeness = {},
  atEnd: (simulation: Simulation) => void = () => undefined,
): FanOutResult {
  const simulation = new Simulation(options.seed);
  const sets = likeness.sets ?? equalSets(options);
  const fileBytes = sets.flat().reduce((sum, bytes) => sum + bytes, 0);
  const latencyMs = options.rttMs / 4;
  const rates = {
    upBytesPerSecond: options.upKbit * BYTES_PER_KBIT,
    downBytesPerSecond: options.downKbit * BYTES_PER_KBIT,
    latencyMs,
    queueBytes: options.queueKib > 0 ? options.queueKib << 10 : undefined,
    frames: options.frames ? ETHERNET : undefined,
  };
  const seedUpBytesPerSecond = options.seedUpKbit * BYTES_PER_KBIT;
  const origin = simulation.addHost({
    name: 'origin',
    ...rates,
    upBytesPerSecond: seedUpBytesPerSecond,
    behaviour: { countsReads: true },
  });
  addTorrents(simulation, sets);
  const hosts = Array.from({ length: options.hosts }, (_, i) => addHost(simulation, options, rates, i));
  for (const torrent of simulation.torrents.values()) origin.add(torrent, { isSeed: true, superSeed: true });
  simulation.tracker.topology = drawTopology(origin, hosts, options.peers, seededRandom(options.seed + 2));
  if (simulation.tracker.topology) simulation.tracker.opensAtMs = 2 * START_JITTER_MS;
  if (options.announceSeconds !== undefined) simulation.tracker.intervalMs = options.announceSeconds * 1_000;
  tellFleet(simulation.hosts, origin);
  const feed = new FeedLoad(simulation, hosts);
  startHosts(simulation, hosts, likeness);
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
      if (host.isUp && host.completedAt.size < sets.length) return false;
    }
    return true;
  };
  const isComplete = simulation.runUntil(isDone, Math.max(boundSeconds * PATIENCE * 1000, LEAST_PATIENCE_MS));
  simulation.checkUplinks();
  atEnd(simulation);
  return resultOf(simulation, { contentBytes: fileBytes, origin, honest, boundSeconds, isComplete, feed });
}

function equalSets({ sets, mib }: FanOut): number[][] {
  const fileBytes = mib * 2 ** 20;
  return Array.from({ length: sets }, (_, i) => {
    const setBytes = Math.floor((fileBytes * (i + 1)) / sets) - Math.floor((fileBytes * i) / sets);
    return sets === 1 ? [setBytes] : ladderOf(setBytes);
  });
}

function addTorrents(simulation: Simulation, sets: readonly (readonly number[])[]): void {
  const random = seededRandom(simulation.seed + 1);
  sets.forEach((files, i) => {
    simulation.addTorrent(makeTorrent(i, files, random));
  });
}

function addHost(
  simulation: Simulation,
  options: FanOut,
  rates: AccessRates & { readonly latencyMs: number },
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

function startHosts(simulation: Simulation, hosts: readonly SimHost[], { startsMs }: Likeness): void {
  hosts.forEach((host, i) => {
    const jitterMs = simulation.random.fraction() * START_JITTER_MS;
    simulation.events.at(1 + (startsMs?.[i] ?? jitterMs), () => {
      for (const torrent of simulation.torrents.values()) host.add(torrent);
    });
  });
}

/** The last ones of the list, one after the other, while the first copy is still on its way. */
function killSome(simulation: Simulation, hosts: readonly SimHost[], options: FanOut): void {
  const firstCopyMs = (options.mib * 2 ** 20 * 1000) / (options.seedUpKbit * BYTES_PER_KBIT);
  hosts.slice(hosts.length - options.kill).forEach((host, i) => {
    simulation.events.at((firstCopyMs * (i + 1)) / (options.kill + 1), () => host.die('crash'));
  });
}
