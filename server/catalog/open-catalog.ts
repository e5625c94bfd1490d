/** Opens the catalog of a data folder: its tables, its keys, and the first entries of its log. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Kysely, Migrator } from 'kysely';
import { UserError } from '../../shared/errors.ts';
import { EMPTY_LOG_HASH } from '../../shared/log/entry.ts';
import { appendEntry, type Head, lockHead } from './append-entry.ts';
import { SqliteCatalog } from './catalog.ts';
import type { Catalog } from './catalog-api.ts';
import { ImageIndex } from './image-index.ts';
import { loadImages } from './image-rows.ts';
import { type LogKey, readLogKeys } from './log-history.ts';
import { type LogSigner, openSigner } from './log-signer.ts';
import { migrations } from './migrations.ts';
import { openTables } from './open-sqlite.ts';
import type { CatalogTables } from './schema.ts';

export interface CatalogOptions {
  /** The origin's data folder: `catalog.sqlite` and `keys/` are made in it. */
  readonly dataFolder: string;
  /** Unix ms; default: the machine's clock. */
  readonly now?: () => number;
}

/**
 * Opens the catalog, or makes it: keys, tables, and the log's first entry.
 * @throws UserError `catalog_damaged`, `key_file_invalid`, `log_key_revoked`, `root_key_wrong`, `root_key_missing`
 */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  mkdirSync(options.dataFolder, { recursive: true });
  const db = await openTables(join(options.dataFolder, 'catalog.sqlite'));
  try {
    const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
    if (error) throw error;
    const now = options.now ?? Date.now;
    const head = await readHead(db);
    const { rootKey, keys } = await readLogKeys(db);
    const signer = await openSigner(join(options.dataFolder, 'keys'), rootKey);
    const ready = await authoriseLogKey(db, signer, keys, head, now());
    const index = new ImageIndex();
    for (const image of await loadImages(db)) index.add(image);
    return new SqliteCatalog({ db, signer, index, head: ready, now });
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** The head row, made if this is a new catalog. @throws UserError `catalog_damaged` */
export async function readHead(db: Kysely<CatalogTables>): Promise<Head> {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('head')
      .values({ id: 1, number: 0, hash: EMPTY_LOG_HASH })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const head = await lockHead(transaction);
    const last = await transaction
      .selectFrom('log_entries')
      .select(['number', 'hash'])
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if ((last?.number ?? 0) !== head.number || (last?.hash ?? EMPTY_LOG_HASH) !== head.hash)
      throw new UserError(
        'catalog_damaged',
        500,
        'The log in catalog.sqlite does not end at its head: restore the data folder from a backup.',
      );
    return head;
  });
}

/** Entry 1, or the entry for a log key that replaces a lost one, signed by the root. */
async function authoriseLogKey(
  db: Kysely<CatalogTables>,
  signer: LogSigner,
  keys: readonly LogKey[],
  head: Head,
  timeMs: number,
): Promise<Head> {
  const known = keys.find(({ publicKey }) => publicKey === signer.logKey);
  // Out of an old copy of keys/. Added once more, it would make a log that no edge takes, for good.
  if (known?.revokedIn !== undefined)
    throw new UserError(
      'log_key_revoked',
      500,
      `keys/log.pem is a key that entry ${known.revokedIn} of the log took back: put the one of now in its place, or remove it and put the root key back as keys/root.pem for one start.`,
    );
  if (known) return head;
  return db.transaction().execute(async (transaction) => {
    const locked = await lockHead(transaction);
    return appendEntry(transaction, signer, locked, { type: 'key', publicKey: signer.logKey }, timeMs);
  });
}
