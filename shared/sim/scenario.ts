/** A swarm to run and to look at, as plain data: who is in it, what is published, and what is done to it. */
import type { EngineTunables } from '../engine/options.ts';

export interface HostPlan {
  readonly name: string;
  readonly role: 'origin' | 'edge' | 'freeRider' | 'liar';
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  /** Its part of every path's one-way delay. */
  readonly latencyMs: number;
  readonly joinsAtMs: number;
}

export interface SetPlan {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** A power of two; undefined: as for real sets of that size. */
  readonly pieceLengthBytes?: number;
}

/** What somebody does to a running swarm. Nodes by their index in the log. */
export type Act =
  /** The process dies, and others see closed connections; it is started again with what was on disk. */
  | { readonly act: 'kill' | 'restart'; readonly node: number }
  /** Edges like the first one of the scenario join. */
  | { readonly act: 'add'; readonly count: number }
  /** Up and down so many times slower than it was bought; 1 ends it. */
  | { readonly act: 'slow'; readonly node: number; readonly times: number }
  /** Two nodes do not reach each other any more, or do again. */
  | { readonly act: 'cut' | 'mend'; readonly node: number; readonly peer: number }
  /** Started again as one that uploads nothing. */
  | { readonly act: 'freeRide'; readonly node: number }
  /** Sends blocks with a wrong byte from now on. */
  | { readonly act: 'lie'; readonly node: number };

/** After all that happened by then. */
export type TimedAct = Act & { readonly atMs: number };

export interface Scenario {
  /** As it stands in a log's header, and on the command line. */
  readonly name: string;
  /** One sentence: what there is to see. */
  readonly about: string;
  /** The first one is the origin, who has all sets from the start. */
  readonly hosts: readonly HostPlan[];
  readonly sets: readonly SetPlan[];
  /** BEP 16. */
  readonly superSeed: boolean;
  /** Of every honest node's engine. */
  readonly engine: Partial<EngineTunables>;
  /** Parts of the plan. */
  readonly acts: readonly TimedAct[];
  /** A run that is not complete by then is over all the same. */
  readonly limitMs: number;
}
