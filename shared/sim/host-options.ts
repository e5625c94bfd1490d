/** What a simulated host is, and what is asked of it. */
import type { EngineOptions } from '../engine/options.ts';
import type { NodeRole } from '../trace/record.ts';
import type { AccessRates } from './access-rates.ts';
import type { Behaviour } from './behaviour.ts';
import type { Buggify } from './buggify.ts';

export interface HostOptions extends AccessRates {
  readonly name: string;
  /** What it is called in a log; default `edge`. */
  readonly role?: NodeRole;
  /** Its part of every path's one-way delay. */
  readonly latencyMs: number;
  readonly ip?: string;
  readonly engine?: Partial<EngineOptions>;
  readonly behaviour?: Behaviour;
  /** From a request for hash, read or write to its answer. Default 0. */
  readonly diskMs?: number;
  /** Of what it sends in one turn, so many are hit by a lost packet. Default 0. */
  readonly lossShare?: number;
  readonly buggify?: Buggify;
}

export interface AddOptions {
  readonly isSeed?: boolean;
  readonly superSeed?: boolean;
  readonly isNew?: boolean;
  readonly webSeed?: boolean;
  readonly want?: 'all' | 'none';
}
