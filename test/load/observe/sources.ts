/** Where the bytes came from that shoppers got: by `Cache-Status` (RFC 9211) and what the edges took meanwhile. */
import type { Outcome } from '../driver/drive.ts';
import type { Sources } from '../result.ts';

/** What a node says of one answer: from its memory, from its disk, or fetched while the shopper waited. */
export function sourceOf(cacheStatus: string): 'memory' | 'disk' | 'fetched' {
  if (/; *hit; *detail=memory\b/.test(cacheStatus)) return 'memory';
  // A cache that does not say where it keeps things keeps them on disk.
  return /; *hit\b/.test(cacheStatus) ? 'disk' : 'fetched';
}

/**
 * A header goes out before the last byte has come, so it cannot tell shares of what was fetched; those of all that
 * the edges took stand for them.
 */
export function sourcesOf(
  outcomes: readonly Outcome[],
  taken: { readonly peers: number; readonly webSeed: number },
): Sources {
  const bytes = { memory: 0, disk: 0, fetched: 0 };
  for (const outcome of outcomes) if (outcome.isGood) bytes[sourceOf(outcome.cacheStatus)] += outcome.bytes;
  const { memory, disk, fetched } = bytes;
  const all = taken.peers + taken.webSeed;
  const peers = all === 0 ? 0 : (fetched * taken.peers) / all;
  return { memory, disk, peers, webSeed: fetched - peers };
}
