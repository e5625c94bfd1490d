/** What the log says is published: the state that all its entries, applied in order, leave behind. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { CatalogChange } from '../../shared/log/entry.ts';
import type { ImageId, InfoHash } from '../../shared/units.ts';

/** What one entry meant for the images, so that whoever joins torrents need not look at the whole table. */
export interface TableChange {
  /** Published now; undefined when the entry published nothing. */
  readonly published: PublishedImage | undefined;
  /** No longer served: purged, or replaced by `published` under the same id. */
  readonly dropped: PublishedImage | undefined;
}

const NOTHING: TableChange = { published: undefined, dropped: undefined };

export class ImageTable {
  readonly #images = new Map<ImageId, PublishedImage>();
  readonly #byInfoHash = new Map<InfoHash, ImageId>();
  /** The feed names sets by the entries that published them. */
  readonly #numbers = new Map<InfoHash, number>();
  readonly #byNumber = new Map<number, InfoHash>();
  #contentBytes = 0;
  #purged = 0;

  /** Of all published images together: what an edge without a budget means to hold. */
  get contentBytes(): number {
    return this.#contentBytes;
  }

  /** Purge entries applied since start, those that stood in the log on disk too. */
  get purged(): number {
    return this.#purged;
  }

  get size(): number {
    return this.#images.size;
  }

  image(id: ImageId): PublishedImage | undefined {
    return this.#images.get(id);
  }

  byInfoHash(infoHash: InfoHash): PublishedImage | undefined {
    const id = this.#byInfoHash.get(infoHash);
    return id === undefined ? undefined : this.#images.get(id);
  }

  /** In the order in which they were published. */
  images(): IterableIterator<PublishedImage> {
    return this.#images.values();
  }

  /** Of the entry that published it last; undefined: not published. */
  numberOf(infoHash: InfoHash): number | undefined {
    return this.#numbers.get(infoHash);
  }

  /** The set that this entry published, while it still is. */
  byNumber(number: number): InfoHash | undefined {
    return this.#byNumber.get(number);
  }

  /** @param number of the entry; 0: not known, and the feed cannot speak of it */
  apply(change: CatalogChange, number = 0): TableChange {
    if (change.type === 'publish') return this.#publish(change.image, number);
    if (change.type !== 'purge') return NOTHING;
    this.#purged++;
    return this.#purge(change.imageId);
  }

  /** Starts over: the log was rewound, and these are all its changes now. */
  rebuild(changes: Iterable<CatalogChange>): TableChange[] {
    const before = new Map(this.#images);
    this.#images.clear();
    this.#byInfoHash.clear();
    this.#contentBytes = 0;
    this.#numbers.clear();
    this.#byNumber.clear();
    let number = 0;
    for (const change of changes) this.apply(change, ++number);
    const result: TableChange[] = [];
    for (const image of before.values())
      if (this.byInfoHash(image.infoHash) === undefined)
        result.push({ published: undefined, dropped: image });
    for (const image of this.#images.values())
      if (before.get(image.id)?.infoHash !== image.infoHash)
        result.push({ published: image, dropped: undefined });
    return result;
  }

  #publish(image: PublishedImage, number: number): TableChange {
    const before = this.#images.get(image.id);
    if (before?.infoHash === image.infoHash) {
      this.#images.set(image.id, image);
      this.#renumber(image.infoHash, number);
      return NOTHING;
    }
    const { dropped } = this.#purge(image.id);
    this.#images.set(image.id, image);
    this.#byInfoHash.set(image.infoHash, image.id);
    this.#contentBytes += contentBytes(image);
    this.#renumber(image.infoHash, number);
    return { published: image, dropped };
  }

  #purge(id: ImageId): TableChange {
    const dropped = this.#images.get(id);
    if (dropped === undefined) return NOTHING;
    this.#images.delete(id);
    this.#contentBytes -= contentBytes(dropped);
    // Two signed images with one info-hash cannot both be joined; the index belongs to the later one.
    if (this.#byInfoHash.get(dropped.infoHash) === id) {
      this.#byInfoHash.delete(dropped.infoHash);
      this.#renumber(dropped.infoHash, 0);
    }
    return { published: undefined, dropped };
  }

  #renumber(infoHash: InfoHash, number: number): void {
    const before = this.#numbers.get(infoHash);
    if (before !== undefined) this.#byNumber.delete(before);
    this.#numbers.delete(infoHash);
    if (number === 0) return;
    this.#numbers.set(infoHash, number);
    this.#byNumber.set(number, infoHash);
  }
}

/** Bytes of all renditions: what holding the image costs. */
export function contentBytes(image: PublishedImage): number {
  return image.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0);
}
