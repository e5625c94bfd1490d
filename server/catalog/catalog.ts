/** The catalog over SQLite: see catalog-api.ts for what it offers. One writer at a time; readers never wait. */
import type { Kysely, Transaction } from 'kysely';
import { UserError } from '../../shared/errors.ts';
import { type CatalogChange, EMPTY_LOG_HASH, type Signed } from '../../shared/log/entry.ts';
import type { FileRoot, ImageId, InfoHash } from '../../shared/units.ts';
import { appendEntry, type Head, lockHead } from './append-entry.ts';
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
import type { ImageIndex } from './image-index.ts';
import { changeImage, insertImage } from './image-rows.ts';
import { createListeners } from './listeners.ts';
import type { LogSigner } from './log-signer.ts';
import { readPieceLengths } from './piece-lengths.ts';
import {
  changeProduct,
  insertProduct,
  type ProductRecord,
  productUnknown,
  readProduct,
  readProducts,
} from './products.ts';
import type { CatalogTables } from './schema.ts';
import { createSerial } from './serial.ts';

export interface SqliteCatalogParts {
  readonly db: Kysely<CatalogTables>;
  readonly signer: LogSigner;
  readonly index: ImageIndex;
  readonly head: Head;
  readonly now: () => number;
}

type Append = (change: CatalogChange) => Promise<Head>;
type Writer = Transaction<CatalogTables>;

export class SqliteCatalog implements Catalog {
  readonly #db: Kysely<CatalogTables>;
  readonly #signer: LogSigner;
  readonly #index: ImageIndex;
  readonly #now: () => number;
  readonly #serial = createSerial();
  readonly #appended = createListeners<[]>();
  readonly #published = createListeners<[StoredImage, Uint8Array]>();
  readonly #purged = createListeners<[StoredImage]>();
  #head: Head;

  constructor({ db, signer, index, head, now }: SqliteCatalogParts) {
    this.#db = db;
    this.#signer = signer;
    this.#index = index;
    this.#head = head;
    this.#now = now;
  }

  async listProducts(): Promise<readonly StoredProduct[]> {
    return (await readProducts(this.#db)).map((record) => this.#withImages(record));
  }

  async product(id: string): Promise<StoredProduct | undefined> {
    const record = await readProduct(this.#db, id);
    return record && this.#withImages(record);
  }

  createProduct(fields: NewProduct): Promise<StoredProduct> {
    return this.#write(async (writer) => this.#withImages(await insertProduct(writer, fields)));
  }

  updateProduct(id: string, fields: Partial<ProductFields>): Promise<StoredProduct> {
    return this.#write(async (writer) => this.#withImages(await changeProduct(writer, id, fields)));
  }

  deleteProduct(id: string): Promise<{ purged: readonly Purged[] }> {
    return this.#change(
      async (writer, append) => {
        if (!(await readProduct(writer, id))) throw productUnknown();
        const purged = await purgeInside(writer, append, this.#index.ofProduct(id));
        await writer.deleteFrom('products').where('id', '=', id).execute();
        return { purged };
      },
      ({ purged }) => this.#forget(purged),
    );
  }

  async publishImage(added: NewImage): Promise<StoredImage> {
    const { stored } = await this.#change(
      async (writer, append) => {
        const existing = this.#index.get(added.image.id);
        if (existing) return { stored: existing, isNew: false, purged: [] };
        if (!(await readProduct(writer, added.productId))) throw productUnknown();
        const replaced = added.replaces === undefined ? [] : [this.#known(added.replaces)];
        const { number } = await append({ type: 'publish', image: added.image });
        const { image, productId, alt, tags = [] } = added;
        const position = replaced[0]?.position ?? number;
        const stored = { ...image, productId, alt, tags, entryNumber: number, position };
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
    return this.#serial(async () => {
      const before = this.#known(id);
      await changeImage(this.#db, id, fields);
      const after = { ...before, ...fields };
      this.#index.change(after);
      return after;
    });
  }

  purgeImages(ids: readonly ImageId[]): Promise<readonly Purged[]> {
    return this.#change(
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
    const products = await readProducts(this.#db);
    const tagged = new Set(products.filter(({ tags }) => tags.includes(tag)).map(({ id }) => id));
    return [...this.#index.all()].filter(
      ({ tags, productId }) => tags.includes(tag) || tagged.has(productId),
    );
  }

  image(id: ImageId): StoredImage | undefined {
    return this.#index.get(id);
  }

  images(): Iterable<StoredImage> {
    return this.#index.all();
  }

  async torrent(infoHash: InfoHash): Promise<Uint8Array | undefined> {
    const query = this.#db.selectFrom('torrents').select('body').where('info_hash', '=', infoHash);
    return (await query.executeTakeFirst())?.body;
  }

  pieceLengths(): Promise<ReadonlyMap<InfoHash, number>> {
    return readPieceLengths(this.#db);
  }

  rootsInUse(): ReadonlySet<FileRoot> {
    return this.#index.roots();
  }

  get rootKey(): string {
    return this.#signer.rootKey;
  }

  head(): Head {
    return this.#head;
  }

  async hashOfEntry(number: number): Promise<string | undefined> {
    if (number === 0) return EMPTY_LOG_HASH;
    const query = this.#db.selectFrom('log_entries').select('hash').where('number', '=', number);
    return (await query.executeTakeFirst())?.hash;
  }

  entriesAfter(number: number, limit: number): Promise<readonly Signed[]> {
    return this.#db
      .selectFrom('log_entries')
      .select(['body', 'signature'])
      .where('number', '>', number)
      .orderBy('number')
      .limit(limit)
      .execute();
  }

  signHead(timeMs: number, validMs: number): Signed {
    return this.#signer.signHead({ head: this.#head.number, hash: this.#head.hash, timeMs, validMs });
  }

  onAppend(listener: () => void): () => void {
    return this.#appended.add(listener);
  }

  onPublished(listener: (image: StoredImage, torrent: Uint8Array) => void): () => void {
    return this.#published.add(listener);
  }

  onPurged(listener: (image: StoredImage) => void): () => void {
    return this.#purged.add(listener);
  }

  close(): Promise<void> {
    return this.#serial(() => this.#db.destroy());
  }

  #withImages(record: ProductRecord): StoredProduct {
    return { ...record, images: this.#index.ofProduct(record.id) };
  }

  #write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    return this.#serial(() => this.#db.transaction().execute(work));
  }

  /** Runs `work` with the head locked; memory and listeners follow only after the commit, in its order. */
  #change<T>(
    work: (writer: Writer, append: Append) => Promise<T>,
    committed: (result: T) => void,
  ): Promise<T> {
    return this.#serial(async () => {
      const { result, head } = await this.#db.transaction().execute(async (writer) => {
        let head = await lockHead(writer);
        const result = await work(writer, async (entry) => {
          head = await appendEntry(writer, this.#signer, head, entry, this.#now());
          return head;
        });
        return { result, head };
      });
      const moved = head.number !== this.#head.number;
      this.#head = head;
      committed(result);
      if (moved) this.#appended.tell();
      return result;
    });
  }

  /** @throws UserError `image_unknown` */
  #known(id: ImageId): StoredImage {
    const image = this.#index.get(id);
    if (!image) throw imageUnknown();
    return image;
  }

  #forget(purged: readonly Purged[]): void {
    for (const { image } of purged) this.#index.remove(image);
    for (const { image } of purged) this.#purged.tell(image);
  }
}

export function imageUnknown(): UserError {
  return new UserError('image_unknown', 404, 'There is no image with this id.');
}

/** The rows of renditions and torrent go with the image's (`on delete cascade`). */
async function purgeInside(
  writer: Writer,
  append: Append,
  images: readonly StoredImage[],
): Promise<readonly Purged[]> {
  const purged: Purged[] = [];
  for (const image of images) {
    const { number } = await append({ type: 'purge', imageId: image.id });
    await writer.deleteFrom('images').where('id', '=', image.id).execute();
    purged.push({ image, entry: number });
  }
  return purged;
}
