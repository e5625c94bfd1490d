/**
 * `--prefetch hot`: a set that shoppers ask for again and again is fetched whole in the background, while it fits. So the
 * next width, or the other format, that a shopper asks for is here already, and what is looked at once costs no more
 * than what was looked at.
 */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { InfoHash } from '../../shared/units.ts';
import { mayPrefetch } from './cache-policy.ts';
import { contentBytes } from './image-table.ts';

/** A page shows one width of an image; a second shopper may be the first one's reload. */
export const HOT_REQUESTS = 3;

export interface HotSetsParts {
  /** Requests for it lately. */
  popularityOf(infoHash: InfoHash): number;
  /** Undefined: not joined, or being joined. */
  joined(infoHash: InfoHash): PublishedImage | undefined;
  /** What all sets take, and what this one does of it. */
  taken(infoHash: InfoHash): { readonly allBytes: number; readonly ownBytes: number };
  readonly budgetBytes: number;
  /** It is whole from now on, or will be when it is fetched. */
  fetchWhole(image: PublishedImage): void;
}

export class HotSets {
  readonly #parts: HotSetsParts;
  /** Told to be fetched whole, and here since. */
  readonly #whole = new Set<InfoHash>();

  constructor(parts: HotSetsParts) {
    this.#parts = parts;
  }

  /** A reader asked for something of it. */
  asked(infoHash: InfoHash): void {
    if (this.#whole.has(infoHash) || this.#parts.popularityOf(infoHash) < HOT_REQUESTS) return;
    const image = this.#parts.joined(infoHash);
    if (image === undefined) return;
    const { allBytes, ownBytes } = this.#parts.taken(infoHash);
    if (!mayPrefetch(allBytes, contentBytes(image) - ownBytes, this.#parts.budgetBytes)) return;
    this.#whole.add(infoHash);
    this.#parts.fetchWhole(image);
  }

  /** Evicted or purged: it starts anew. */
  gone(infoHash: InfoHash): void {
    this.#whole.delete(infoHash);
  }
}
