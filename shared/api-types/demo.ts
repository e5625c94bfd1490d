/** What the demo's control answers (JSON): the edges that `npm run demo` started, to whom its pages may do something. */
import type { NodeStatus } from './status.ts';

export type DemoEdgeState =
  /** Its process runs, and is not ready yet. */
  | 'starting'
  | 'running'
  /** It was asked to end (SIGTERM), and lets what is under way end first. */
  | 'draining'
  | 'stopped'
  /** Ended by SIGKILL, whoever sent it. */
  | 'killed'
  /** It ended by itself, with an error. */
  | 'failed';

/** On the peer wire; 0: no limit. */
export interface RateLimits {
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
}

export interface DemoEdge {
  readonly name: string;
  /** Base URL, without trailing slash. */
  readonly url: string;
  readonly state: DemoEdgeState;
  readonly limits: RateLimits;
  /** null: it does not run, or did not answer in time. */
  readonly status: NodeStatus | null;
}

export interface DemoFleet {
  readonly edges: readonly DemoEdge[];
  /** No more than so many can be had. */
  readonly edgesMax: number;
  /** When the edges were asked, ms of a monotonic clock: bytes of two answers become rates by it. */
  readonly atMs: number;
}

/** A part of an edge's log, whole lines. */
export interface DemoLog {
  /** JSON lines of pino, and whatever else the process wrote. */
  readonly text: string;
  /** To be given as `?from=` the next time. */
  readonly nextByte: number;
}

/** `/api/fleet-control` of the origin: where the demo's control listens; null for an origin that is not the demo's. */
export interface FleetControl {
  readonly url: string | null;
}
