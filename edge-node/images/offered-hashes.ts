/**
 * Piece hashes that came along with log entries, until the sets are joined. Bounded: an edge that catches up hears of
 * ten thousand sets faster than it joins them, and what was forgotten is fetched as a .torrent.
 */
import { LRUCache } from 'lru-cache';
import type { SetHashes } from '../../shared/api-types/feed.ts';
import type { InfoHash } from '../../shared/units.ts';

const MAX_CHARACTERS = 32 * 1_048_576;

export class OfferedHashes {
  readonly #kept = new LRUCache<InfoHash, string>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (hashes) => hashes.length + 1,
  });
  /** Base URL that the origin's .torrent files name; undefined before its first welcome. */
  publicUrl: string | undefined;

  offer(sets: readonly SetHashes[]): void {
    for (const { infoHash, hashes } of sets) this.#kept.set(infoHash, hashes);
  }

  /** A quarter is left for hashes that come with new entries. */
  get isFull(): boolean {
    return this.#kept.calculatedSize > (3 / 4) * MAX_CHARACTERS;
  }

  has(infoHash: InfoHash): boolean {
    return this.#kept.has(infoHash);
  }

  /** Handed out once: a set is joined once, and its .torrent is kept on disk then. */
  take(infoHash: InfoHash): Uint8Array | undefined {
    const hashes = this.#kept.get(infoHash);
    this.#kept.delete(infoHash);
    if (hashes === undefined) return undefined;
    const bytes = Buffer.from(hashes, 'hex');
    // Node stops at the first character that is no hex digit.
    return bytes.length * 2 === hashes.length ? bytes : undefined;
  }
}
