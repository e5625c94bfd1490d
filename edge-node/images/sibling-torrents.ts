/**
 * .torrent files of siblings, for readers while the origin is away: whoever joined a set has its .torrent, and a node
 * without it could not even ask the swarm. What comes is judged as what the origin gives is.
 */
import type { Random } from '../../shared/random.ts';
import { OriginFetch } from '../origin-fetch.ts';

/** As many as an edge links to. */
const MAX_SIBLINGS = 40;
/** Siblings asked at once for one set. */
const AT_ONCE = 4;
/** Sets looked for at once: shoppers of an edge must not keep the whole fleet busy. */
const MAX_SEARCHES = 16;
/** They are near; a dead one refuses or says nothing. */
const LIMITS = { idleTimeoutMs: 1_500, totalTimeoutMs: 5_000, maxSockets: 1 };

export interface SiblingTorrentsParts {
  /** Base URLs. */
  urls(): readonly string[];
  readonly random: Random;
}

export class SiblingTorrents {
  readonly #parts: SiblingTorrentsParts;
  #searches = 0;

  constructor(parts: SiblingTorrentsParts) {
    this.#parts = parts;
  }

  /**
   * The first answer that `read` takes; undefined when there is none, or too much is looked for already.
   * @param read throws for what is not right
   */
  async find<T>(
    path: string,
    maxBytes: number,
    read: (bytes: Uint8Array) => T,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    if (this.#searches >= MAX_SEARCHES) return undefined;
    this.#searches++;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const left = this.#drawn();
    let found: T | undefined;
    const ask = async (): Promise<void> => {
      for (let url = left.pop(); url !== undefined && !either.aborted; url = left.pop()) {
        const sibling = new OriginFetch(new URL(url), LIMITS);
        try {
          found ??= read(await sibling.get(path, maxBytes, either));
          over.abort();
        } catch {
          // Dead, without this set, or lying: the next one.
        } finally {
          sibling.close();
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, ask));
    } finally {
      this.#searches--;
    }
    return found;
  }

  /** By lot: not all edges ask the same sibling first. */
  #drawn(): string[] {
    const urls = [...this.#parts.urls()];
    for (let at = urls.length - 1; at > 0; at--) {
      const other = this.#parts.random.integer(at + 1);
      [urls[at], urls[other]] = [urls[other] as string, urls[at] as string];
    }
    return urls.slice(0, MAX_SIBLINGS);
  }
}
