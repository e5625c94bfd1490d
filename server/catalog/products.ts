/** Products as rows. They are the origin's own: the log tells edges of images only. */
import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { UserError } from '../../shared/errors.ts';
import type { NewProduct, ProductFields } from './catalog-api.ts';
import type { CatalogTables, ProductRow } from './schema.ts';

type Queries = Kysely<CatalogTables>;

export interface ProductRecord extends ProductFields {
  readonly id: string;
}

export function productUnknown(): UserError {
  return new UserError('product_unknown', 404, 'There is no product with this id.');
}

export async function readProducts(db: Queries): Promise<ProductRecord[]> {
  const rows = await db.selectFrom('products').selectAll().orderBy('position').execute();
  return rows.map(recordOf);
}

export async function readProduct(db: Queries, id: string): Promise<ProductRecord | undefined> {
  const row = await db.selectFrom('products').selectAll().where('id', '=', id).executeTakeFirst();
  return row && recordOf(row);
}

export async function insertProduct(db: Queries, fields: NewProduct): Promise<ProductRecord> {
  const last = await db
    .selectFrom('products')
    .select((expression) => expression.fn.max('position').as('position'))
    .executeTakeFirst();
  const row: ProductRow = {
    id: randomBytes(8).toString('hex'),
    position: (last?.position ?? 0) + 1,
    title: fields.title,
    description: fields.description,
    price_cents: fields.priceCents,
    currency: fields.currency,
    tags: JSON.stringify(fields.tags ?? []),
    category: fields.category ?? '',
  };
  await db.insertInto('products').values(row).execute();
  return recordOf(row);
}

/** @throws UserError `product_unknown` */
export async function changeProduct(
  db: Queries,
  id: string,
  fields: Partial<ProductFields>,
): Promise<ProductRecord> {
  const before = await readProduct(db, id);
  if (!before) throw productUnknown();
  const after = { ...before, ...fields };
  await db
    .updateTable('products')
    .set({
      title: after.title,
      description: after.description,
      price_cents: after.priceCents,
      currency: after.currency,
      tags: JSON.stringify(after.tags),
      category: after.category,
    })
    .where('id', '=', id)
    .execute();
  return after;
}

/** @throws UserError `product_unknown` */
export async function moveProduct(db: Queries, id: string, before: string | null): Promise<void> {
  const from = await positionOf(db, id);
  const to = before === null ? Number.POSITIVE_INFINITY : await positionOf(db, before);
  const isDown = to > from;
  // Positions are unique at every step: the moved one waits at 0, and those between go by way of negative numbers.
  await setPosition(db, id, 0);
  const between = isDown
    ? sql`position > ${from}${to === Number.POSITIVE_INFINITY ? sql`` : sql` and position < ${to}`}`
    : sql`position >= ${to} and position < ${from}`;
  await sql`update products set position = -position where position > 0 and ${between}`.execute(db);
  const last = await sql<{
    position: number | null;
  }>`select min(position) as position from products where position < 0`.execute(db);
  const furthest = -(last.rows[0]?.position ?? -from);
  await sql`update products set position = -position + ${isDown ? -1 : 1} where position < 0`.execute(db);
  await setPosition(db, id, isDown ? furthest : to);
}

async function positionOf(db: Queries, id: string): Promise<number> {
  const row = await db.selectFrom('products').select('position').where('id', '=', id).executeTakeFirst();
  if (!row) throw productUnknown();
  return row.position;
}

async function setPosition(db: Queries, id: string, position: number): Promise<void> {
  await db.updateTable('products').set({ position }).where('id', '=', id).execute();
}

function recordOf(row: ProductRow): ProductRecord {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    priceCents: row.price_cents,
    currency: row.currency,
    tags: JSON.parse(row.tags) as string[],
    category: row.category,
  };
}
