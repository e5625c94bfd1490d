/**
 * Keeps an eye on the fleet while the page is open: asks the origin which edges live, probes them, and takes note of
 * what images tell. Thin: all judgement is in the pure modules beside it.
 */
import { createStore, type Store } from '../store.ts';
import { type Fetch, fetchEdgeList, probeEdge } from './ask-fleet.ts';
import { type EdgeStorage, readEdges, writeEdges } from './edge-memory.ts';
import { GivenImages } from './given-images.ts';
import {
  afterImageFailure,
  afterImageLoaded,
  afterProbe,
  type EdgeHealth,
  type ProbeResult,
} from './health.ts';
import { type KnownEdge, type ListedEdge, mergeEdges } from './known-edge.ts';
import { edgesToProbe, REFRESH_MS, refreshPauseMs } from './probe-plan.ts';
import { type ImageSource, nearLimitMs } from './rank.ts';

export interface Fleet {
  readonly edges: readonly KnownEdge[];
  /** Images may begin: edges are known and measured, or it took too long to wait for. */
  readonly settled: boolean;
  /** False while `/api/edges` does not answer; the last list then stays in use. */
  readonly originReachable: boolean;
}

export interface EdgeWatchHost {
  readonly pageUrl: { readonly origin: string; readonly protocol: string };
  readonly fetch: Fetch;
  readonly storage: EdgeStorage;
  /** Unix ms. */
  readonly nowMs: () => number;
  /** What the page itself brought along; empty: the origin is asked first. */
  readonly listed: readonly ListedEdge[];
  /** Nobody looks at the page: it then asks nobody, but for the first time. */
  readonly isHidden: () => boolean;
}

/** First probes open connections while the page is busy: they are repeated soon. */
const SECOND_REFRESH_MS = 1_500;
/** After a failure: soon, but once for all images that failed together. */
const REFRESH_AFTER_FAILURE_MS = 250;
/** Longer than any edge that is worth choosing. */
const PROBE_TIMEOUT_MS = 2_000;
/** An edge that is asked whether it is there has this many of its usual times to answer, and at least so long. */
const SUSPECT_LATENCIES = 4;
const SUSPECT_TIMEOUT_MIN_MS = 150;
/**
 * A page without edges is better than a page without images. Not sooner: a slow list means a busy origin or a slow
 * network, and all images from the origin would help neither. A list that fails is not waited for.
 */
const SETTLE_LIST_MS = 3_000;
/**
 * First visit only, and only when an edge is far or dead. At 150 ms a busy page had heard of one edge of four, and
 * asked it for everything.
 */
const SETTLE_PROBES_MS = 400;

export class EdgeWatch {
  readonly fleet: Store<Fleet>;
  readonly origin: ImageSource;
  readonly given = new GivenImages();
  readonly #host: EdgeWatchHost;
  /** Edges that are asked whether they are there. */
  readonly #suspects = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = 0;
  #refreshing = false;
  /** Asked for while one was under way. */
  #refreshAgain = false;
  #isFirstRefresh = true;
  #stopped = true;

  constructor(host: EdgeWatchHost) {
    this.#host = host;
    this.origin = { kind: 'origin', name: 'origin', url: host.pageUrl.origin };
    const recalled = readEdges(host.storage, host.pageUrl.protocol, host.nowMs());
    // An origin that has just started lists none yet.
    const edges = host.listed.length === 0 ? recalled : mergeEdges(recalled, host.listed, host.nowMs());
    const settled = edges.some(({ health }) => health.latencyMs !== null);
    this.fleet = createStore<Fleet>({ edges, settled, originReachable: true });
  }

  start(): void {
    this.#stopped = false;
    setTimeout(() => this.#settle(), SETTLE_LIST_MS);
    this.refreshSoon(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  imageLoaded(url: string): void {
    this.given.add(url, this.#host.nowMs());
    this.#updateHealth(url, afterImageLoaded);
  }

  imageFailed(url: string): void {
    this.#updateHealth(url, (health) => afterImageFailure(health, this.#host.nowMs()));
    this.refreshSoon(REFRESH_AFTER_FAILURE_MS);
  }

  /** Nothing came from this edge for a while: asks it now. One that does not answer soon is left at once. */
  async suspect(url: string): Promise<void> {
    const edge = this.#edgeAt(url);
    if (edge === undefined || this.#suspects.has(url)) return;
    this.#suspects.add(url);
    const usualMs = edge.health.latencyMs ?? PROBE_TIMEOUT_MS;
    const timeoutMs = Math.max(SUSPECT_TIMEOUT_MIN_MS, SUSPECT_LATENCIES * usualMs);
    await this.#probe(edge, Math.min(PROBE_TIMEOUT_MS, timeoutMs));
    this.#suspects.delete(url);
    if (this.#edgeAt(url)?.health.probe === 'failed') this.refreshSoon(REFRESH_AFTER_FAILURE_MS);
  }

  /** Brings the next refresh forward; one that is due sooner stays. */
  refreshSoon(afterMs: number): void {
    const dueMs = this.#host.nowMs() + afterMs;
    if (this.#stopped || (this.#timer !== undefined && this.#dueMs <= dueMs)) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#refresh();
    }, afterMs);
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    if (this.#host.isHidden() && !this.#isFirstRefresh) {
      this.refreshSoon(REFRESH_MS);
      return;
    }
    this.#refreshing = true;
    this.#refreshAgain = false;
    try {
      if (!this.#isFirstRefresh || this.#host.listed.length === 0) await this.#refreshList();
      await this.#probeEdges(this.fleet.get().edges);
    } finally {
      this.#refreshing = false;
      this.refreshSoon(this.#pauseMs());
      this.#isFirstRefresh = false;
    }
  }

  #pauseMs(): number {
    if (this.#refreshAgain) return REFRESH_AFTER_FAILURE_MS;
    if (this.#isFirstRefresh) return SECOND_REFRESH_MS;
    return refreshPauseMs(this.fleet.get().edges, this.#host.nowMs(), Math.random());
  }

  async #refreshList(): Promise<void> {
    const { fetch, nowMs, pageUrl } = this.#host;
    try {
      const listed = await fetchEdgeList(fetch, pageUrl.protocol);
      const fleet = this.fleet.get();
      this.fleet.set({ ...fleet, edges: mergeEdges(fleet.edges, listed, nowMs()), originReachable: true });
    } catch {
      this.fleet.set({ ...this.fleet.get(), originReachable: false });
    }
  }

  async #probeEdges(edges: readonly KnownEdge[]): Promise<void> {
    setTimeout(() => this.#settle(), edges.length === 0 ? 0 : SETTLE_PROBES_MS);
    const probes = edgesToProbe(edges).map(async (edge) => {
      const result = await this.#probe(edge, PROBE_TIMEOUT_MS);
      // Whoever answers later than this is not near, and would not be chosen.
      if (result.ok) setTimeout(() => this.#settle(), nearLimitMs(result.latencyMs) - result.latencyMs);
    });
    await Promise.all(probes);
    this.#settle();
    writeEdges(this.#host.storage, this.fleet.get().edges);
  }

  async #probe({ url }: KnownEdge, timeoutMs: number): Promise<ProbeResult> {
    const result = await probeEdge(this.#host.fetch, url, timeoutMs);
    this.#updateHealth(url, (health) => afterProbe(health, result, this.#host.nowMs()));
    return result;
  }

  #edgeAt(url: string): KnownEdge | undefined {
    return this.fleet.get().edges.find((edge) => edge.url === url);
  }

  #updateHealth(url: string, update: (health: EdgeHealth) => EdgeHealth): void {
    const fleet = this.fleet.get();
    const edge = fleet.edges.find((candidate) => candidate.url === url);
    if (edge === undefined) return;
    const health = update(edge.health);
    if (health === edge.health) return;
    const edges = fleet.edges.map((other) => (other === edge ? { ...edge, health } : other));
    this.fleet.set({ ...fleet, edges });
  }

  #settle(): void {
    const fleet = this.fleet.get();
    if (!fleet.settled) this.fleet.set({ ...fleet, settled: true });
  }
}
