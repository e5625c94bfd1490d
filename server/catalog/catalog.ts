/** The catalog over SQLite: see catalog-api.ts for what it offers. One writer at a time; readers never wait. */
import type { FileRoot, ImageId, InfoHash } from '../../shared/units.ts';
import type {
  Catalog,
  ImageFields,
  NewImage,
  NewProduct,
  ProductFields,
  Purged,
  StoredImage,
  StoredProduct,
} from './catalog-api.ts';
import { CatalogLog, type CatalogLogParts } from './catalog-log.ts';
import { madeUnder, rememberKey } from './idempotency-keys.ts';
import type { ImageIndex } from './image-index.ts';
import { placesFor } from './image-order.ts';
import { changeImage, insertImage, placeImages } from './image-rows.ts';
import { createListeners } from './listeners.ts';
import { readPieceLengths } from './piece-lengths.ts';
import {
  changeProduct,
  insertProduct,
  moveProduct,
  type ProductRecord,
  productUnknown,
  readProduct,
  readProducts,
} from './products.ts';
import { purgeInside, unknownImage } from './purge-images.ts';

export interface SqliteCatalogParts extends CatalogLogParts {
  readonly index: ImageIndex;
}

export class SqliteCatalog extends CatalogLog implements Catalog {
  readonly #index: ImageIndex;
  readonly #published = createListeners<[StoredImage, Uint8Array]>();
  readonly #purged = createListeners<[StoredImage]>();

  constructor({ index, ...parts }: SqliteCatalogParts) {
    super(parts);
    this.#index = index;
  }

  async listProducts(): Promise<readonly StoredProduct[]> {
    return (await readProducts(this.db)).map((record) => this.#withImages(record));
  }

  async product(id: string): Promise<StoredProduct | undefined> {
    const record = await readProduct(this.db, id);
    return record && this.#withImages(record);
  }

  createProduct(fields: NewProduct, repeat?: string): Promise<StoredProduct> {
    return this.write(async (writer) => {
      const made = repeat === undefined ? undefined : await madeUnder(writer, repeat, fields);
      const known = made === undefined ? undefined : await readProduct(writer, made);
      if (known) return this.#withImages(known);
      const product = await insertProduct(writer, fields);
      if (repeat !== undefined) await rememberKey(writer, repeat, fields, product.id);
      return this.#withImages(product);
    });
  }

  updateProduct(id: string, fields: Partial<ProductFields>): Promise<StoredProduct> {
    return this.write(async (writer) => this.#withImages(await changeProduct(writer, id, fields)));
  }

  placeProduct(id: string, before: string | null): Promise<void> {
    return this.write((writer) => moveProduct(writer, id, before));
  }

  deleteProduct(id: string, keepImages = false): Promise<{ purged: readonly Purged[] }> {
    return this.change(
      async (writer, append) => {
        if (!(await readProduct(writer, id))) throw productUnknown();
        const images = this.#index.ofProduct(id);
        const purged = keepImages ? [] : await purgeInside(writer, append, images);
        await writer.deleteFrom('products').where('id', '=', id).execute();
        return { purged, kept: keepImages ? images : [] };
      },
      ({ purged, kept }) => {
        this.#forget(purged);
        for (const image of kept) this.#index.change({ ...image, productId: null });
      },
    );
  }

  orderImages(productId: string, ids: readonly ImageId[]): Promise<StoredProduct> {
    return this.serial(async () => {
      const record = await readProduct(this.db, productId);
      if (!record) throw productUnknown();
      const placed = placesFor(this.#index.ofProduct(productId), ids);
      await this.db.transaction().execute((writer) => placeImages(writer, placed));
      for (const image of placed) this.#index.change(image);
      return this.#withImages(record);
    });
  }

  async publishImage(added: NewImage): Promise<StoredImage> {
    const { stored } = await this.change(
      async (writer, append) => {
        const existing = this.#index.get(added.image.id);
        if (existing) return { stored: existing, isNew: false, purged: [] };
        if (!(await readProduct(writer, added.productId))) throw productUnknown();
        const replaced = added.replaces === undefined ? [] : [this.#known(added.replaces)];
        const { number } = await append({ type: 'publish', image: added.image });
        const { image, productId, alt, tags = [], sourceBytes = null } = added;
        const position = replaced[0]?.position ?? number;
        const stored = { ...image, productId, alt, tags, sourceBytes, entryNumber: number, position };
        await insertImage(writer, stored, added.torrent);
        return { stored, isNew: true, purged: await purgeInside(writer, append, replaced) };
      },
      ({ stored, isNew, purged }) => {
        this.#forget(purged);
        if (!isNew) return;
        this.#index.add(stored);
        this.#published.tell(stored, added.torrent);
      },
    );
    return stored;
  }

  async updateImage(id: ImageId, fields: Partial<ImageFields>): Promise<StoredImage> {
    return this.serial(async () => {
      const before = this.#known(id);
      const { productId } = fields;
      if (typeof productId === 'string' && !(await readProduct(this.db, productId))) throw productUnknown();
      const after = { ...before, ...fields };
      const isMoved = typeof productId === 'string' && productId !== before.productId;
      // Its old place says nothing on another product: there it is the last.
      const placed = isMoved ? placesFor([...this.#index.ofProduct(productId), after], []) : [];
      await this.db.transaction().execute(async (writer) => {
        await changeImage(writer, id, fields);
        await placeImages(writer, placed);
      });
      for (const image of isMoved ? placed : [after]) this.#index.change(image);
      return this.#known(id);
    });
  }

  purgeImages(ids: readonly ImageId[]): Promise<readonly Purged[]> {
    return this.change(
      async (writer, append) =>
        purgeInside(
          writer,
          append,
          [...new Set(ids)].flatMap((id) => this.#index.get(id) ?? []),
        ),
      (purged) => this.#forget(purged),
    );
  }

  async imagesTagged(tag: string): Promise<readonly StoredImage[]> {
    const products = await readProducts(this.db);
    const tagged = new Set(products.filter(({ tags }) => tags.includes(tag)).map(({ id }) => id));
    return [...this.#index.all()].filter(
      ({ tags, productId }) => tags.includes(tag) || (productId !== null && tagged.has(productId)),
    );
  }

  image(id: ImageId): StoredImage | undefined {
    return this.#index.get(id);
  }

  images(): Iterable<StoredImage> {
    return this.#index.all();
  }

  unusedImages(): readonly StoredImage[] {
    return this.#index.ofProduct(null);
  }

  async torrent(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    const query = this.db.selectFrom('torrents').select('body').where('info_hash', '=', infoHash);
    return (await query.executeTakeFirst())?.body;
  }

  pieceLengths(): Promise<ReadonlyMap<InfoHash, number>> {
    return readPieceLengths(this.db);
  }

  rootsInUse(): ReadonlySet<FileRoot> {
    return this.#index.roots();
  }

  onPublished(listener: (image: StoredImage, torrent: Uint8Array) => void): () => void {
    return this.#published.add(listener);
  }

  onPurged(listener: (image: StoredImage) => void): () => void {
    return this.#purged.add(listener);
  }

  #withImages(record: ProductRecord): StoredProduct {
    return { ...record, images: this.#index.ofProduct(record.id) };
  }

  /** @throws UserError `image_unknown` */
  #known(id: ImageId): StoredImage {
    return this.#index.get(id) ?? unknownImage();
  }

  #forget(purged: readonly Purged[]): void {
    for (const { image } of purged) this.#index.remove(image);
    for (const { image } of purged) this.#purged.tell(image);
  }
}
