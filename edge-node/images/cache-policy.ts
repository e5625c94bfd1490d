/** Which image sets stay on disk: plain values in, a decision out. */

export interface CachedSet<Id> {
  readonly id: Id;
  /** What the set takes, or would take when whole. */
  readonly bytes: number;
  /** Rising with every request; the lowest was asked for longest ago. */
  readonly lastUse: number;
  /** Being read right now: evicting it would cut a reader off. */
  readonly inUse: boolean;
}

/**
 * Sets to evict so that the rest fits: least recently requested first, none that is being read. May leave the
 * cache above its budget while everything left is being read.
 */
export function chooseEvictions<Id>(sets: Iterable<CachedSet<Id>>, budgetBytes: number): Id[] {
  let held = 0;
  const idle: CachedSet<Id>[] = [];
  for (const set of sets) {
    held += set.bytes;
    if (!set.inUse) idle.push(set);
  }
  if (held <= budgetBytes) return [];
  idle.sort((a, b) => a.lastUse - b.lastUse);
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
