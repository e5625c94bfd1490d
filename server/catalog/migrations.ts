/** Makes the catalog's tables, and brings those of older data folders to the present form. */
import { type Kysely, type Migration, type MigrationProvider, sql } from 'kysely';

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

/**
 * An image may be without a product. SQLite cannot take a NOT NULL away, and making the table anew would cascade into
 * its renditions: so the column itself is made anew.
 */
const addUnusedImages: Migration = {
  async up(db: Kysely<unknown>) {
    const images = () => db.schema.alterTable('images');
    await images()
      .addColumn('owner', 'text', (column) => column.references('products.id').onDelete('set null'))
      .execute();
    await sql`update images set owner = product_id`.execute(db);
    await db.schema.dropIndex('images_product').execute();
    await images().dropColumn('product_id').execute();
    await images().renameColumn('owner', 'product_id').execute();
    await db.schema.createIndex('images_product').on('images').column('product_id').execute();
    await images().addColumn('source_bytes', 'integer').execute();
  },
};

const addIdempotencyKeys: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('idempotency_keys')
      .addColumn('number', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('key', 'text', (column) => column.notNull().unique())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('product_id', 'text', (column) =>
        column.notNull().references('products.id').onDelete('cascade'),
      )
      .execute();
  },
};

/** Products from before are in none. */
const addCategories: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('products')
      .addColumn('category', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};

/** Names sort in the order they run; a released one is never changed. */
export const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '0001_create_tables': createTables,
    '0002_add_tags_and_places': addTagsAndPlaces,
    '0003_add_unused_images': addUnusedImages,
    '0004_add_idempotency_keys': addIdempotencyKeys,
    '0005_add_categories': addCategories,
  }),
};
