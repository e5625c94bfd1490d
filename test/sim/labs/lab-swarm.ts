/** The swarms of the labs: one seed, leechers with numbers of their own, one set. */
import type { EngineOptions } from '../../../shared/engine/options.ts';
import type { Behaviour } from '../../../shared/sim/behaviour.ts';
import { makeTorrent, type SimTorrent } from '../../../shared/sim/content.ts';
import type { SimHost } from '../../../shared/sim/host.ts';
import { Simulation } from '../../../shared/sim/simulation.ts';
import { tellFleet } from '../../../shared/sim/staging.ts';
import { kumarRossSeconds } from '../../../shared/trace/bound.ts';
import type { ChartLine } from './chart.ts';

const BYTES_PER_KBIT = 125;
const KIB = 1_024;
/** Nobody starts in the same millisecond as another. */
const JOIN_GAP_MS = 3;
/** Virtual time after which a run is given up. */
const LIMIT_MS = 3_600_000;
const SETTLE_MS = 5_000;

export interface HostPlan {
  readonly upKbit: number;
  readonly downKbit: number;
  readonly engine?: Partial<EngineOptions>;
  readonly behaviour?: Behaviour;
  readonly joinsAtMs?: number;
}

export interface SwarmPlan {
  readonly seed: number;
  readonly setKib: number;
  /** A power of two; undefined: as for real sets of that size. */
  readonly pieceKib?: number;
  readonly rttMs: number;
  readonly origin: HostPlan;
  readonly leechers: readonly HostPlan[];
  /** BEP 16. */
  readonly superSeed?: boolean;
  /** The nodes know one another as a shop's edges do; else all are strangers. */
  readonly isFleet?: boolean;
  /** Of everybody. */
  readonly engine?: Partial<EngineOptions>;
}

export class LabSwarm {
  readonly simulation: Simulation;
  readonly torrent: SimTorrent;
  readonly origin: SimHost;
  readonly leechers: readonly SimHost[];
  readonly boundSeconds: number;

  constructor(plan: SwarmPlan) {
    this.simulation = new Simulation(plan.seed);
    const { simulation } = this;
    this.torrent = makeTorrent(
      0,
      [plan.setKib * KIB],
      simulation.random,
      ...(plan.pieceKib === undefined ? [] : [plan.pieceKib * KIB]),
    );
    simulation.addTorrent(this.torrent);
    this.origin = this.#addHost('seed', plan.origin, plan);
    this.leechers = plan.leechers.map((host, i) => this.#addHost(`leecher ${i + 1}`, host, plan));
    if (plan.isFleet === true) tellFleet(simulation);
    this.origin.add(this.torrent, { isSeed: true, superSeed: plan.superSeed ?? false });
    this.leechers.forEach((host, i) => {
      simulation.events.at(1 + JOIN_GAP_MS * i + (plan.leechers[i]?.joinsAtMs ?? 0), () =>
        host.add(this.torrent),
      );
    });
    this.boundSeconds = kumarRossSeconds({
      fileBytes: this.torrent.geometry.contentBytes,
      seedUpBytesPerSecond: plan.origin.upKbit * BYTES_PER_KBIT,
      hosts: plan.leechers.map(ratesOf),
    });
  }

  #addHost(name: string, host: HostPlan, plan: SwarmPlan): SimHost {
    return this.simulation.addHost({
      name,
      role: name === 'seed' ? 'origin' : 'edge',
      ...ratesOf(host),
      latencyMs: plan.rttMs / 4,
      engine: { ...plan.engine, ...host.engine },
      ...(host.behaviour ? { behaviour: host.behaviour } : {}),
    });
  }

  /** @returns whether all of these became complete */
  runUntilComplete(hosts: readonly SimHost[], limitMs = LIMIT_MS): boolean {
    return this.simulation.runUntil(
      () => hosts.every((host) => host.held.size > 0 && host.isComplete),
      limitMs,
    );
  }

  /** Lets what is still in buffers leave: bytes are counted as they do. */
  settle(): void {
    this.simulation.runUntil(() => false, SETTLE_MS);
  }

  /** When the host had the last piece; undefined: never. */
  doneSeconds(host: SimHost): number | undefined {
    const doneMs = host.completedAt.get(this.torrent.infoHash);
    return doneMs === undefined ? undefined : doneMs / 1_000;
  }

  /** When the last of these was complete; undefined: not all were. */
  lastSeconds(hosts: readonly SimHost[]): number | undefined {
    const done = hosts.map((host) => this.doneSeconds(host));
    return done.includes(undefined) ? undefined : Math.max(...(done as number[]));
  }

  /** Payload that left the seed, in copies of the set. */
  get originCopies(): number {
    return this.origin.engine.counters.uploadedBytes / this.torrent.geometry.contentBytes;
  }

  wastedKib(hosts: readonly SimHost[]): number {
    return hosts.reduce((sum, host) => sum + host.engine.counters.wastedBytes, 0) / KIB;
  }

  /** Percent of the set over seconds, a step for each piece. */
  curve(name: string, host: SimHost): ChartLine {
    const { verifiedAt, verifiedBytes } = host.disk;
    let bytes = 0;
    const percent = () => (100 * bytes) / this.torrent.geometry.contentBytes;
    const points = verifiedAt.flatMap((ms, i): [number, number][] => {
      const before = percent();
      bytes += verifiedBytes[i] as number;
      return [
        [ms / 1_000, before],
        [ms / 1_000, percent()],
      ];
    });
    return { name, points: [[0, 0], ...points] };
  }

  /** The one who was last. */
  slowest(hosts: readonly SimHost[]): SimHost {
    return this.#byTime(hosts).at(-1) as SimHost;
  }

  median(hosts: readonly SimHost[]): SimHost {
    return this.#byTime(hosts)[hosts.length >> 1] as SimHost;
  }

  #byTime(hosts: readonly SimHost[]): readonly SimHost[] {
    const time = (host: SimHost) => this.doneSeconds(host) ?? Number.MAX_VALUE;
    return [...hosts].sort((a, b) => time(a) - time(b));
  }
}

const ratesOf = ({ upKbit, downKbit }: HostPlan) => ({
  upBytesPerSecond: upKbit * BYTES_PER_KBIT,
  downBytesPerSecond: downKbit * BYTES_PER_KBIT,
});

/** So many leechers alike. */
export const alike = (count: number, plan: HostPlan): HostPlan[] => Array.from({ length: count }, () => plan);

/** Seconds for a table; undefined: it never came to be. */
export const seconds = (value: number | undefined): string =>
  value === undefined ? 'never' : value.toFixed(1);
