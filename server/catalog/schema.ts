/** The catalog's tables, and the migrations that make them. Values are text, numbers and bytes: no dates. */
import type { Kysely, Migration, MigrationProvider } from 'kysely';

export interface ProductRow {
  readonly id: string;
  /** Order of creation, from 1. */
  readonly position: number;
  readonly title: string;
  readonly description: string;
  readonly price_cents: number;
  readonly currency: string;
  /** JSON, a list of texts. */
  readonly tags: string;
}

export interface ImageRow {
  readonly id: string;
  readonly product_id: string;
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  readonly placeholder: string;
  readonly info_hash: string;
  readonly info_hash_v2: string;
  /** The log entry that published it. */
  readonly entry_number: number;
  /** JSON, a list of texts. */
  readonly tags: string;
  /** Order of a product's images; null: its entry's number. */
  readonly position: number | null;
}

export interface RenditionRow {
  readonly image_id: string;
  readonly position: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly type: string;
  readonly bytes: number;
  readonly root: string;
}

export interface TorrentRow {
  readonly info_hash: string;
  readonly image_id: string;
  readonly body: Uint8Array;
}

export interface LogEntryRow {
  readonly number: number;
  /** Type of the change, so that the keys can be found without reading every body. */
  readonly kind: string;
  readonly body: string;
  readonly hash: string;
  readonly signature: string;
}

/** One row: the number and hash of the last entry. Locked first by whoever appends. */
export interface HeadRow {
  readonly id: number;
  readonly number: number;
  readonly hash: string;
}

export interface CatalogTables {
  products: ProductRow;
  images: ImageRow;
  renditions: RenditionRow;
  torrents: TorrentRow;
  log_entries: LogEntryRow;
  head: HeadRow;
}

const createTables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('products')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('position', 'integer', (column) => column.notNull().unique())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('price_cents', 'integer', (column) => column.notNull())
      .addColumn('currency', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('images')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('product_id', 'text', (column) => column.notNull().references('products.id'))
      .addColumn('alt', 'text', (column) => column.notNull())
      .addColumn('width', 'integer', (column) => column.notNull())
      .addColumn('height', 'integer', (column) => column.notNull())
      .addColumn('placeholder', 'text', (column) => column.notNull())
      .addColumn('info_hash', 'text', (column) => column.notNull().unique())
      .addColumn('info_hash_v2', 'text', (column) => column.notNull())
      .addColumn('entry_number', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('images_product').on('images').column('product_id').execute();
    await db.schema
      .createTable('renditions')
      .addColumn('image_id', 'text', (column) => column.notNull().references('images.id').onDelete('cascade'))
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('width', 'integer', (column) => column.notNull())
      .addColumn('height', 'integer', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .addColumn('root', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('renditions_key', ['image_id', 'position'])
      .execute();
    await db.schema
      .createTable('torrents')
      .addColumn('info_hash', 'text', (column) => column.primaryKey())
      .addColumn('image_id', 'text', (column) => column.notNull().references('images.id').onDelete('cascade'))
      .addColumn('body', 'blob', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('log_entries')
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('signature', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('head')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute();
  },
};

/** Data folders from before have neither: no tags, and the order of publication. */
const addTagsAndPlaces: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['products', 'images'])
      await db.schema
        .alterTable(table)
        .addColumn('tags', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    await db.schema.alterTable('images').addColumn('position', 'integer').execute();
  },
};

/** Names sort in the order they run; a released one is never changed. */
export const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '0001_create_tables': createTables,
    '0002_add_tags_and_places': addTagsAndPlaces,
  }),
};
