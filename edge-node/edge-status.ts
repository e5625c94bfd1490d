/** What the edge says of itself: /status, /readyz, the progress frame and, by edge-metrics.ts, its metrics. */
import type { Registry } from 'prom-client';
import type { NodeStatus } from '../shared/api-types/status.ts';
import type { SwarmFigures, SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { PeerId } from '../shared/units.ts';
import { registerEdgeMetrics } from './edge-metrics.ts';
import type { CatchUp } from './feed/catch-up.ts';
import type { Follower, Progress } from './feed/follower.ts';
import type { LogStore } from './feed/log-store.ts';
import type { EdgeImages } from './images/edge-images.ts';
import type { ImageTable } from './images/image-table.ts';

export interface EdgeStatusParts {
  readonly name: string;
  readonly version: string;
  readonly peerId: PeerId;
  readonly swarm: SwarmNode;
  readonly images: EdgeImages;
  readonly log: LogStore;
  readonly follower: Follower;
  readonly catchUp: CatchUp;
  readonly table: ImageTable;
  /** Budget of the disk; Infinity: none. */
  readonly cacheBytes: number;
  /** Budget of the memory. */
  readonly memoryBytes: number;
}

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export class EdgeStatus {
  readonly #parts: EdgeStatusParts;
  readonly #startedMs = performance.now();
  #wasReady = false;
  #draining = false;

  constructor(parts: EdgeStatusParts) {
    this.#parts = parts;
  }

  drain(): void {
    this.#draining = true;
  }

  /**
   * Log caught up once since start; it stays so while the origin is away, and is taken back while an edge that stood
   * still catches up. An edge that starts while the origin is
   * away, or lies, has caught up with all there is when it has a verified log of its own: the shop still shows.
   */
  ready(): Readiness {
    if (this.#draining) return { ready: false, reason: 'draining' };
    const { log, follower, catchUp } = this.#parts;
    if (!catchUp.isCurrent) return { ready: false, reason: 'the log is catching up' };
    this.#wasReady ||= log.caughtUp || (follower.cannotCatchUp && log.head.number > 0);
    return this.#wasReady ? { ready: true } : { ready: false, reason: 'the log has not caught up yet' };
  }

  status(): NodeStatus {
    const { name, version, peerId, log } = this.#parts;
    const { images, bytes, peers } = this.#figures();
    return {
      role: 'edge',
      name,
      version,
      peerId,
      uptimeSeconds: Math.floor((performance.now() - this.#startedMs) / 1000),
      images,
      bytes,
      peers,
      log: log.status(),
    };
  }

  progress(): Progress {
    return { type: 'progress', applied: this.#parts.log.head.number, ...this.#figures() };
  }

  /** Adds what only edges have. */
  register(registry: Registry): void {
    registerEdgeMetrics(registry, this.#parts);
  }

  swarm(): SwarmFigures {
    return this.#parts.swarm.figures();
  }

  #figures(): Pick<NodeStatus, 'images' | 'bytes' | 'peers'> {
    const { swarm, images } = this.#parts;
    const bytes = swarm.bytes();
    return {
      images: images.counts(),
      bytes: { ...bytes, wanted: images.wantedBytes() ?? bytes.wanted },
      peers: swarm.peers(),
    };
  }
}
