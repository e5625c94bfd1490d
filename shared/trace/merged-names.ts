/** What a merged log has so far, over all its sources. */
import type { MergeSource } from './merge-source.ts';

export interface MergedNames {
  /** By peer id. */
  readonly nodes: Map<string, number>;
  /** By info-hash; a purged one is another set when it is published again. */
  readonly sets: Map<string, number>;
  /** Who tells of a node that told of itself; undefined: it is out of sight. */
  readonly tellers: Map<number, MergeSource | undefined>;
  /** Ends of links, and to whom they lead. */
  readonly ends: Map<number, { readonly node: number; readonly peer: number }>;
  /** Nodes that others met, and that turned out to be another process of one that was known. */
  readonly same: Map<number, number>;
  nodeCount: number;
  setCount: number;
  linkCount: number;
}

export const noNames = (): MergedNames => ({
  nodes: new Map(),
  sets: new Map(),
  tellers: new Map(),
  ends: new Map(),
  same: new Map(),
  nodeCount: 0,
  setCount: 0,
  linkCount: 0,
});
