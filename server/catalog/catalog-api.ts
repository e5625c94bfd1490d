/** The catalog as the rest of the origin sees it. One SQLite file behind it; every change is one transaction. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { Signed } from '../../shared/log/entry.ts';
import type { FileRoot, ImageId, InfoHash } from '../../shared/units.ts';

export interface ProductFields {
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly currency: string;
}

export interface StoredImage extends PublishedImage {
  readonly productId: string;
  readonly alt: string;
  /** The log entry that published it. */
  readonly entryNumber: number;
}

export interface StoredProduct extends ProductFields {
  readonly id: string;
  readonly images: readonly StoredImage[];
}

export interface NewImage {
  readonly productId: string;
  readonly alt: string;
  readonly image: PublishedImage;
  /** The .torrent file. */
  readonly torrent: Uint8Array;
}

export interface Catalog {
  listProducts(): Promise<readonly StoredProduct[]>;
  product(id: string): Promise<StoredProduct | undefined>;
  createProduct(fields: ProductFields): Promise<StoredProduct>;
  /** @throws UserError `product_unknown` (404) */
  updateProduct(id: string, fields: Partial<ProductFields>): Promise<StoredProduct>;
  /** Purges its images too, in the same transaction. @throws UserError `product_unknown` (404) */
  deleteProduct(id: string): Promise<{ purged: readonly StoredImage[] }>;

  /** Image, torrent and log entry in one transaction; the same image again changes nothing and answers as before. */
  publishImage(image: NewImage): Promise<StoredImage>;
  /** @throws UserError `image_unknown` (404) */
  purgeImage(id: ImageId): Promise<StoredImage>;
  /** From memory: the image route asks this for every request. */
  image(id: ImageId): StoredImage | undefined;
  images(): Iterable<StoredImage>;
  torrent(infoHash: InfoHash): Promise<Uint8Array | undefined>;
  /** Of every torrent, without reading them into memory; one whose length cannot be told is left out. */
  pieceLengths(): Promise<ReadonlyMap<InfoHash, number>>;
  /** Roots of files that a published image still needs: all else in the store may be swept. */
  rootsInUse(): ReadonlySet<FileRoot>;

  readonly rootKey: string;
  head(): { readonly number: number; readonly hash: string };
  /** Hash of entry `number`; undefined beyond the head. */
  hashOfEntry(number: number): Promise<string | undefined>;
  entriesAfter(number: number, limit: number): Promise<readonly Signed[]>;
  /** A signed heartbeat for the present head. */
  signHead(timeMs: number, validMs: number): Signed;
  /** Called after each commit that appended entries. */
  onAppend(listener: () => void): () => void;
  onPublished(listener: (image: StoredImage, torrent: Uint8Array) => void): () => void;
  onPurged(listener: (image: StoredImage) => void): () => void;
  close(): Promise<void>;
}
