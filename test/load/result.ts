/** What a run writes as JSON, and what reports are made of. */
import type { Mode } from './nodes/load-fleet.ts';

export const RESULT_FORMAT = 2;

/** Bytes that shoppers got, by where they came from. */
export interface Sources {
  readonly memory: number;
  readonly disk: number;
  /** From other nodes, while the shopper waited. */
  readonly peers: number;
  /** From the origin over HTTP, while the shopper waited. */
  readonly webSeed: number;
}

/** Until every edge had all that its shoppers, or it itself, wanted. */
export interface Spread {
  readonly seconds: number;
  /** What Kumar and Ross allow for these bytes and links. */
  readonly boundSeconds: number;
  readonly bytes: number;
  /** When the last of it was wanted for the first time; 0: all at once. */
  readonly lastWantedSeconds: number;
}

export interface ModeResult {
  readonly mode: Mode | 'deployment';
  /**
   * Of each answered or failed request, in the order of their ends: its number, the same in all modes; who asked, when it
   * was due, and ms until its last byte; of a failure, until a shopper gives up.
   */
  readonly requests: readonly number[];
  readonly visitors: readonly number[];
  readonly dueMs: readonly number[];
  readonly totalMs: readonly number[];
  readonly counts: {
    readonly planned: number;
    readonly good: number;
    readonly failed: number;
    /** How many failed for which reason. */
    readonly failures: Readonly<Record<string, number>>;
    /** Came, and were not what was published. */
    readonly wrong: number;
    readonly failovers: number;
  };
  /** Seconds since the start of the traffic, and bytes that had left the origin since. Empty: not known. */
  readonly originSent: readonly (readonly [seconds: number, bytes: number])[];
  readonly originBytes: {
    readonly toPeers: number;
    readonly toNodesHttp: number;
    readonly toShoppers: number;
  } | null;
  /** Of distinct renditions that were asked for; with prefetch, of the whole catalog. */
  readonly wantedBytes: number;
  /** How many edges wanted a byte, on average: the copies of a pull-through cache. null: that says nothing here. */
  readonly wantedCopies: number | null;
  /** Origin's bytes over the wanted ones, protocol included; null: not known. */
  readonly copies: number | null;
  /** Payload that edges took while shoppers came; null: not known. */
  readonly taken: { readonly peers: number; readonly webSeed: number; readonly raced: number } | null;
  readonly deliveredBytes: number;
  readonly sources: Sources;
  readonly spread: Spread | null;
  readonly cpuSeconds: { readonly origin: number; readonly edges: number } | null;
  /** 99th percentile of how late our own loops ran, ms. */
  readonly lateMs: { readonly driver: number; readonly links: number | null };
}

export interface LoadResult {
  readonly format: typeof RESULT_FORMAT;
  readonly startedAt: string;
  readonly command: string;
  readonly machine: {
    readonly node: string;
    readonly processor: string;
    readonly cores: number;
    readonly kernel: string;
  };
  readonly version: string;
  readonly scenario: string;
  readonly summary: string;
  readonly seed: number;
  readonly edges: number;
  readonly visitorsPerSecond: number;
  readonly isPartial: boolean;
  readonly modes: readonly ModeResult[];
}
