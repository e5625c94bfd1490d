/**
 * Keeps an eye on the fleet while the page is open: asks the origin which edges live, probes them, and takes note of
 * what images tell. Thin: all judgement is in the pure modules beside it.
 */
import { createStore, type Store } from '../store.ts';
import { recallEdges, rememberEdges } from './edge-memory.ts';
import {
  afterImageFailure,
  afterImageLoaded,
  afterProbe,
  type EdgeHealth,
  isAvoided,
  type ProbeResult,
} from './health.ts';
import { type KnownEdge, mergeEdges, parseEdgeList } from './known-edge.ts';
import { edgesToProbe } from './probe-plan.ts';
import type { ImageSource } from './rank.ts';

export interface Fleet {
  readonly edges: readonly KnownEdge[];
  /** Images may begin: edges are known and measured, or it took too long to wait for. */
  readonly settled: boolean;
  /** False while `/api/edges` does not answer; the last list then stays in use. */
  readonly originReachable: boolean;
}

export interface EdgeWatchHost {
  readonly pageUrl: { readonly origin: string; readonly protocol: string; readonly host: string };
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Unix ms. */
  readonly nowMs: () => number;
  /** Nobody looks at the page: it then asks nobody, but for the first time. */
  readonly isHidden: () => boolean;
}

const REFRESH_MS = 10_000;
/** First probes open connections while the page is busy: they are repeated soon. */
const SECOND_REFRESH_MS = 1_500;
/** While no edge can be used, each second without one is a second of the origin's, or of no images at all. */
const NO_EDGE_REFRESH_MS = 2_000;
/** Refreshes of many shoppers must not fall into step. */
const REFRESH_JITTER_MS = 2_000;
/** After a failure: soon, but once for all images that failed together. */
const REFRESH_AFTER_FAILURE_MS = 250;
const LIST_TIMEOUT_MS = 5_000;
/** Longer than any edge that is worth choosing. */
const PROBE_TIMEOUT_MS = 2_000;
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
const STORAGE_KEY = 'shoal.edges';

export class EdgeWatch {
  readonly fleet: Store<Fleet>;
  readonly origin: ImageSource;
  readonly #host: EdgeWatchHost;
  readonly #gaveAtMs = new Map<string, number>();
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
    const edges = recallEdges(this.#readMemory(), host.pageUrl.protocol, host.nowMs());
    this.fleet = createStore<Fleet>({ edges, settled: edges.length > 0, originReachable: true });
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

  /** When a node last gave any image, Unix ms; undefined when it gave none. */
  gaveAtMs(url: string): number | undefined {
    return this.#gaveAtMs.get(url);
  }

  imageLoaded(url: string): void {
    this.#gaveAtMs.set(url, this.#host.nowMs());
    this.#updateHealth(url, afterImageLoaded);
  }

  imageFailed(url: string): void {
    this.#updateHealth(url, (health) => afterImageFailure(health, this.#host.nowMs()));
    this.refreshSoon(REFRESH_AFTER_FAILURE_MS);
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
      await this.#refreshList();
      const { edges } = this.fleet.get();
      if (edges.length === 0) this.#settle();
      else setTimeout(() => this.#settle(), SETTLE_PROBES_MS);
      await Promise.all(edgesToProbe(edges).map((edge) => this.#probe(edge)));
      this.#settle();
      this.#writeMemory();
    } finally {
      this.#refreshing = false;
      this.refreshSoon(this.#pauseMs());
      this.#isFirstRefresh = false;
    }
  }

  #pauseMs(): number {
    if (this.#refreshAgain) return REFRESH_AFTER_FAILURE_MS;
    if (this.#isFirstRefresh) return SECOND_REFRESH_MS;
    const { edges } = this.fleet.get();
    const nowMs = this.#host.nowMs();
    if (edges.length > 0 && edges.every(({ health }) => isAvoided(health, nowMs))) return NO_EDGE_REFRESH_MS;
    return REFRESH_MS + Math.random() * REFRESH_JITTER_MS;
  }

  async #refreshList(): Promise<void> {
    const { fetch, nowMs, pageUrl } = this.#host;
    try {
      const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
      const response = await fetch('/api/edges', { cache: 'no-store', signal });
      if (!response.ok) throw new Error(`/api/edges answered ${response.status}`);
      const listed = parseEdgeList(await response.json(), pageUrl.protocol);
      if (listed === undefined) throw new Error('/api/edges answered no list of edges');
      const fleet = this.fleet.get();
      this.fleet.set({ ...fleet, edges: mergeEdges(fleet.edges, listed, nowMs()), originReachable: true });
    } catch {
      this.fleet.set({ ...this.fleet.get(), originReachable: false });
    }
  }

  /** `no-cors`: any answer shows that the edge is there, and no header is needed from it for that. */
  async #probe({ url }: KnownEdge): Promise<void> {
    const { fetch, nowMs } = this.#host;
    const startMs = performance.now();
    let result: ProbeResult;
    try {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      await fetch(`${url}/healthz`, { mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal });
      result = { ok: true, latencyMs: performance.now() - startMs };
    } catch {
      result = { ok: false };
    }
    this.#updateHealth(url, (health) => afterProbe(health, result, nowMs()));
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

  /** Storage may be full or forbidden: then nothing is remembered. */
  #readMemory(): string | null {
    try {
      return this.#host.storage.getItem(STORAGE_KEY);
    } catch {
      return null;
    }
  }

  #writeMemory(): void {
    try {
      this.#host.storage.setItem(STORAGE_KEY, rememberEdges(this.fleet.get().edges));
    } catch {
      return;
    }
  }
}
