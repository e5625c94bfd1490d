/** Which image sets stay on disk: plain values in, a decision out. */

export interface CachedSet<Id> {
  readonly id: Id;
  /** What the set takes, or would take when whole. */
  readonly bytes: number;
  /** Requests lately: each counts less with time (popularity.ts). */
  readonly popularity: number;
  /** Rising with every request; the lowest was asked for longest ago. */
  readonly lastUse: number;
  /** Other edges that were seen to have it. */
  readonly replicas: number;
  /** Being read right now: evicting it would cut a reader off. */
  readonly inUse: boolean;
}

/** The higher, the longer it stays. */
export type Worth = (set: Omit<CachedSet<unknown>, 'id' | 'inUse'>) => number;

/**
 * What it costs to have a set back that no other edge has, beside one that a sibling has: it is a copy out of the
 * origin's uplink, which all edges share, and none at all while the origin is away. With 8, such a set goes before a
 * replicated one only if that is asked for eight times as often per byte.
 */
const ORIGIN_COST = 8;

/**
 * The cost of the misses that a byte of cache saves (GreedyDual-Size-Frequency without its clock, for which the ageing
 * of popularity stands).
 */
export const worthPerByte: Worth = ({ popularity, bytes, replicas }) =>
  (popularity * (replicas === 0 ? ORIGIN_COST : 1)) / bytes;

/** LRU, to measure beside it. */
export const worthByRecency: Worth = ({ lastUse }) => lastUse;

/**
 * Sets to evict so that the rest fits: of least worth first, of equal worth the one that was asked for longest ago, none
 * that is being read. May leave the cache above its budget while everything left is being read.
 */
export function chooseEvictions<Id>(
  sets: Iterable<CachedSet<Id>>,
  budgetBytes: number,
  worthOf: Worth = worthPerByte,
): Id[] {
  let held = 0;
  const idle: { id: Id; bytes: number; lastUse: number; worth: number }[] = [];
  for (const set of sets) {
    held += set.bytes;
    if (set.inUse) continue;
    const { id, bytes, lastUse } = set;
    // An empty set takes no room: evicting it frees nothing.
    idle.push({ id, bytes, lastUse, worth: bytes === 0 ? Number.POSITIVE_INFINITY : worthOf(set) });
  }
  if (held <= budgetBytes) return [];
  idle.sort((a, b) => a.worth - b.worth || a.lastUse - b.lastUse);
  const evicted: Id[] = [];
  for (const set of idle) {
    if (held <= budgetBytes) break;
    held -= set.bytes;
    evicted.push(set.id);
  }
  return evicted;
}

/**
 * Whether a set may be fetched ahead of any request. Prefetching never evicts: what a shopper asked for is worth
 * more than what nobody has asked for yet.
 */
export function mayPrefetch(heldBytes: number, setBytes: number, budgetBytes: number): boolean {
  return heldBytes + setBytes <= budgetBytes;
}
