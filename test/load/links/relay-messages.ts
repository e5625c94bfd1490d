/** What the relay's process and its parent say to each other (structured clones: rates may be Infinity). */
import type { RelayOptions, Traffic } from './relay.ts';

export type Wanted = Omit<RelayOptions, 'random'> & { readonly seed: number };

export interface TrafficTold {
  readonly type: 'traffic';
  /** Unix ms. */
  readonly atMs: number;
  /** By node, since the start. */
  readonly traffic: readonly Traffic[];
  /** 99th percentile of how late the relay's loop ran. */
  readonly lateMs: number;
}

export type Told =
  | { readonly type: 'open' }
  | { readonly type: 'failed'; readonly message: string }
  | TrafficTold;
