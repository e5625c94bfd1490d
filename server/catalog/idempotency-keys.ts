/** Requests that came twice, because their first answer was lost: the second is answered with what the first made. */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { UserError } from '../../shared/errors.ts';
import type { NewProduct } from './catalog-api.ts';
import type { CatalogTables } from './schema.ts';

/** A client repeats within minutes; a shop's import makes some thousand products in that time. */
const KEPT_KEYS = 10_000;

/**
 * @returns the id of the product that was made under this key
 * @throws UserError `idempotency_key_reused` (422)
 */
export async function madeUnder(
  db: Kysely<CatalogTables>,
  key: string,
  fields: NewProduct,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'product_id'])
    .where('key', '=', key)
    .executeTakeFirst();
  if (row && row.fingerprint !== fingerprintOf(fields))
    throw new UserError(
      'idempotency_key_reused',
      422,
      'The Idempotency-Key was sent before, with another product; make a new key for a new product.',
    );
  return row?.product_id;
}

export async function rememberKey(
  db: Kysely<CatalogTables>,
  key: string,
  fields: NewProduct,
  productId: string,
): Promise<void> {
  const row = { key, fingerprint: fingerprintOf(fields), product_id: productId };
  const { insertId = 0n } = await db.insertInto('idempotency_keys').values(row).executeTakeFirstOrThrow();
  await db
    .deleteFrom('idempotency_keys')
    .where('number', '<=', Number(insertId) - KEPT_KEYS)
    .execute();
}

/** Parsed fields always have the same order. */
const fingerprintOf = (fields: NewProduct): string =>
  createHash('sha256').update(JSON.stringify(fields)).digest('hex');
