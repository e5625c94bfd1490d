/** Edges fetch a whole catalog while shoppers come, over an origin's thin uplink: how long these wait, and what leaves it. */
import type { Rendition, RenditionType } from '../../shared/api-types/catalog.ts';
import { seededRandom } from '../../shared/random.ts';
import { makeTorrent, type SimTorrent } from '../../shared/sim/content.ts';
import { ETHERNET } from '../../shared/sim/frames.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import { Simulation } from '../../shared/sim/simulation.ts';
import { tellFleet } from '../../shared/sim/staging.ts';
import type { InfoHash, PieceIndex } from '../../shared/units.ts';
import { makePlan, type PlannedRequest } from '../load/traffic/plan.ts';
import type { Shop } from '../load/traffic/shop.ts';
import { percentileOf, sortedNumbers } from '../support/percentile.ts';

/** `pull`: edges ask the origin's web seed alone, for what readers want. `swarm`: edges want the whole catalog. */
export type RolloutMode = 'pull' | 'swarm';

export interface RolloutResult {
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly unanswered: number;
  /** Payload that left the origin, over the wire and by HTTP, in bytes of the catalog. */
  readonly copies: number;
  /** When the last edge had everything; undefined: never, or it does not want to. */
  readonly completeMs: number | undefined;
}

const EDGES = 8;
const IMAGES = 60;
const PHOTOS_EACH = 5;
const VISITORS = { visitorsPerSecond: 12, arrivalsMs: 8_000, saleProducts: 0 };
/** About those of a photo of the demo. */
const RENDITIONS: readonly (readonly [RenditionType, width: number, bytes: number])[] = [
  ['image/avif', 160, 2_300],
  ['image/webp', 160, 3_300],
  ['image/jpeg', 160, 3_300],
  ['image/avif', 320, 9_500],
  ['image/webp', 320, 13_000],
  ['image/jpeg', 320, 13_000],
  ['image/avif', 640, 55_000],
  ['image/webp', 640, 80_000],
  ['image/jpeg', 640, 80_000],
];
const RENDITION_BYTES = RENDITIONS.map(([, , bytes]) => bytes);
const SHOP: Shop = {
  products: IMAGES / PHOTOS_EACH,
  images: Array.from({ length: IMAGES }, (_, image) => ({
    product: Math.floor(image / PHOTOS_EACH),
    renditions: RENDITIONS.map(([type, width, bytes]) => ({ type, width, bytes }) as Rendition),
  })),
};
/** Each uplink is one queue, as most routers have it. */
const QUEUE = { queueBytes: 256 << 10, frames: ETHERNET };
const MEGABIT = 125_000;
const EDGE = { ...QUEUE, upBytesPerSecond: 100 * MEGABIT, downBytesPerSecond: 100 * MEGABIT, latencyMs: 5 };
const ORIGIN = { ...EDGE, upBytesPerSecond: 20 * MEGABIT, latencyMs: 20 };
/** Programs do not start in the same moment, and join one set after the other. */
const START_SPREAD_MS = 600;
const JOIN_EVERY_MS = 5;
const LIMIT_MS = 60_000;
/** Nodes hear of each other by the feed. */
const NO_TRACKER_MS = 1e9;

interface Waiting {
  readonly request: PlannedRequest;
  readonly reader: number;
  readonly left: Set<PieceIndex>;
}

export const runRollout = (mode: RolloutMode, seed: number): RolloutResult => new Rollout(mode, seed).run();

class Rollout {
  readonly #mode: RolloutMode;
  readonly #simulation: Simulation;
  readonly #plan: readonly PlannedRequest[];
  readonly #torrents: readonly SimTorrent[];
  readonly #origin: SimHost;
  readonly #edges: readonly SimHost[];
  /** By edge and torrent. */
  readonly #waiting = new Map<SimHost, Map<InfoHash, Set<Waiting>>>();
  readonly #timesMs: number[] = [];
  #nextReader = 1;

  constructor(mode: RolloutMode, seed: number) {
    this.#mode = mode;
    this.#plan = makePlan(SHOP, { seed, edges: EDGES, ...VISITORS });
    const simulation = new Simulation(seed);
    this.#simulation = simulation;
    const random = seededRandom(seed + 1);
    this.#torrents = Array.from({ length: IMAGES }, (_, i) => makeTorrent(i, RENDITION_BYTES, random));
    for (const torrent of this.#torrents) simulation.addTorrent(torrent);
    this.#origin = simulation.addHost({ name: 'origin', role: 'origin', ...ORIGIN });
    simulation.webSeed = this.#origin;
    simulation.tracker.opensAtMs = NO_TRACKER_MS;
    this.#edges = Array.from({ length: EDGES }, (_, i) =>
      simulation.addHost({ name: `edge ${i + 1}`, ...EDGE }),
    );
    for (const edge of this.#edges) this.#waiting.set(edge, new Map());
    tellFleet(simulation);
    simulation.watch = {
      action: (host, action) => {
        if (action.type === 'writePiece') this.#came(host, action.torrent, action.piece);
      },
      stepped: () => undefined,
    };
  }

  run(): RolloutResult {
    const { events, random } = this.#simulation;
    for (const torrent of this.#torrents) this.#origin.add(torrent, { isSeed: true, superSeed: true });
    for (const edge of this.#mode === 'swarm' ? this.#edges : []) {
      const startMs = 1 + random.fraction() * START_SPREAD_MS;
      this.#torrents.forEach((torrent, i) => {
        events.at(startMs + i * JOIN_EVERY_MS, () => this.#join(edge, torrent));
      });
    }
    for (const request of this.#plan) events.at(1 + request.dueMs, () => this.#ask(request));
    const limitMs = (this.#plan.at(-1)?.dueMs ?? 0) + LIMIT_MS;
    this.#simulation.runUntil(() => this.#timesMs.length === this.#plan.length && this.#isSpread(), limitMs);
    return this.#result();
  }

  #isSpread(): boolean {
    return this.#mode === 'pull' || this.#edges.every(({ completedAt }) => completedAt.size === IMAGES);
  }

  #join(edge: SimHost, torrent: SimTorrent): void {
    if (edge.held.has(torrent.infoHash)) return;
    const isAlone = this.#mode === 'pull';
    edge.add(torrent, { want: isAlone ? 'none' : 'all', webSeed: true });
    if (isAlone) return;
    const addresses = this.#simulation.hosts.filter((host) => host !== edge).map(({ address }) => address);
    edge.input({ type: 'peersFound', torrent: torrent.infoHash, addresses });
  }

  #ask(request: PlannedRequest): void {
    const edge = this.#edges[request.edge] as SimHost;
    const torrent = this.#torrents[request.image] as SimTorrent;
    this.#join(edge, torrent);
    const { infoHash, geometry } = torrent;
    const held = edge.held.get(infoHash);
    const left = new Set<PieceIndex>();
    for (let piece = 0; piece < geometry.pieceCount; piece++)
      if (geometry.fileIndexOf(piece as PieceIndex) === request.rendition && !held?.has(piece))
        left.add(piece as PieceIndex);
    const waiting = { request, reader: this.#nextReader++, left };
    if (left.size === 0) return this.#answered(waiting);
    const ofEdge = this.#waiting.get(edge) as Map<InfoHash, Set<Waiting>>;
    ofEdge.set(infoHash, (ofEdge.get(infoHash) ?? new Set()).add(waiting));
    edge.input({ type: 'readerWants', torrent: infoHash, reader: waiting.reader, pieces: [...left] });
  }

  #came(host: SimHost, torrent: InfoHash, piece: PieceIndex): void {
    const readers = this.#waiting.get(host)?.get(torrent) ?? new Set();
    for (const waiting of readers) {
      if (!waiting.left.delete(piece) || waiting.left.size > 0) continue;
      readers.delete(waiting);
      this.#answered(waiting);
      const { reader } = waiting;
      this.#simulation.events.soon(() => host.input({ type: 'readerLeft', torrent, reader }));
    }
  }

  #answered({ request }: Waiting): void {
    this.#timesMs.push(this.#simulation.events.now - 1 - request.dueMs);
  }

  #result(): RolloutResult {
    const sorted = sortedNumbers(this.#timesMs);
    const fetchedBytes = this.#edges.reduce((sum, { engine }) => sum + engine.counters.fromWebSeedBytes, 0);
    const sentBytes = fetchedBytes + this.#origin.engine.counters.uploadedBytes;
    const catalogBytes = this.#torrents.reduce((sum, { geometry }) => sum + geometry.contentBytes, 0);
    const completeMs = Math.max(...this.#edges.flatMap(({ completedAt }) => [...completedAt.values()]));
    return {
      p95Ms: percentileOf(sorted, 0.95),
      p99Ms: percentileOf(sorted, 0.99),
      worstMs: sorted.at(-1) ?? Number.NaN,
      unanswered: this.#plan.length - sorted.length,
      copies: sentBytes / catalogBytes,
      completeMs: this.#mode === 'swarm' && this.#isSpread() ? completeMs : undefined,
    };
  }
}
