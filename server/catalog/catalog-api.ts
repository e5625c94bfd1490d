/** The catalog as the rest of the origin sees it. One SQLite file behind it; every change is one transaction. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { Signed } from '../../shared/log/entry.ts';
import type { FileRoot, ImageId, InfoHash } from '../../shared/units.ts';

export interface ProductFields {
  readonly title: string;
  readonly description: string;
  readonly priceCents: number;
  readonly currency: string;
  /** Words by which images can be purged together; each once. */
  readonly tags: readonly string[];
  /** The shelf it stands on in the shop; empty: none. */
  readonly category: string;
}

/** Without tags or category it has none. */
export type NewProduct = Omit<ProductFields, 'tags' | 'category'> &
  Partial<Pick<ProductFields, 'tags' | 'category'>>;

export interface StoredImage extends PublishedImage {
  /** null: no product uses it; it is published and served all the same. */
  readonly productId: string | null;
  readonly alt: string;
  readonly tags: readonly string[];
  /** Length of the uploaded photo; null: published before that was kept. */
  readonly sourceBytes: number | null;
  /** The log entry that published it. */
  readonly entryNumber: number;
  /** Place among the product's images: its entry's number, until somebody orders them or it takes another's. */
  readonly position: number;
}

/** What a shop may change of an image that is published. */
export type ImageFields = Pick<StoredImage, 'alt' | 'tags' | 'productId'>;

export interface Purged {
  readonly image: StoredImage;
  /** Number of the log entry that purged it. */
  readonly entry: number;
}

export interface StoredProduct extends ProductFields {
  readonly id: string;
  readonly images: readonly StoredImage[];
}

export interface NewImage {
  readonly productId: string;
  readonly alt: string;
  /** Default: none. */
  readonly tags?: readonly string[];
  /** Default: null, not known. */
  readonly sourceBytes?: number;
  readonly image: PublishedImage;
  /** The .torrent file. */
  readonly torrent: Uint8Array;
  /** An image of the same product that this one takes the place of: purged in the same transaction. */
  readonly replaces?: ImageId | undefined;
}

export interface Catalog {
  listProducts(): Promise<readonly StoredProduct[]>;
  product(id: string): Promise<StoredProduct | undefined>;
  /**
   * @param repeat the same key again, with the same fields, answers the product that was made the first time
   * @throws UserError `idempotency_key_reused` (422): the same key with other fields
   */
  createProduct(fields: NewProduct, repeat?: string): Promise<StoredProduct>;
  /** @throws UserError `product_unknown` (404) */
  updateProduct(id: string, fields: Partial<ProductFields>): Promise<StoredProduct>;
  /**
   * Moves it before another one.
   * @param before null: to the end
   * @throws UserError `product_unknown` (404)
   */
  placeProduct(id: string, before: string | null): Promise<void>;
  /**
   * Purges its images too, in the same transaction.
   * @param keepImages they stay published, without a product
   * @throws UserError `product_unknown` (404)
   */
  deleteProduct(id: string, keepImages?: boolean): Promise<{ purged: readonly Purged[] }>;
  /**
   * The product's images in this order; those that are not named come after, as they were.
   * @throws UserError `product_unknown`, `image_unknown` for one that is not the product's (404)
   */
  orderImages(productId: string, ids: readonly ImageId[]): Promise<StoredProduct>;

  /**
   * Image, torrent and log entry in one transaction; the same image again changes nothing and answers as before.
   * @throws UserError `product_unknown`, or `image_unknown` for an image to replace (404)
   */
  publishImage(image: NewImage): Promise<StoredImage>;
  /** @throws UserError `image_unknown`, `product_unknown` (404) */
  updateImage(id: ImageId, fields: Partial<ImageFields>): Promise<StoredImage>;
  /** One entry each, all in one transaction. Those that are unknown, or gone by now, are left out. */
  purgeImages(ids: readonly ImageId[]): Promise<readonly Purged[]>;
  /** Images with the tag, and all images of products with it. */
  imagesTagged(tag: string): Promise<readonly StoredImage[]>;
  /** From memory: the image route asks this for every request. */
  image(id: ImageId): StoredImage | undefined;
  images(): Iterable<StoredImage>;
  /** Published, and no product has them. */
  unusedImages(): readonly StoredImage[];
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
