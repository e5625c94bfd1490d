/** What the stored log says of keys. The origin trusts its own entries: it verified nothing but their end. */
import type { Kysely } from 'kysely';
import type { EntryBody } from '../../shared/log/entry.ts';
import type { CatalogTables } from './schema.ts';

async function keyEntries(db: Kysely<CatalogTables>): Promise<EntryBody[]> {
  const rows = await db
    .selectFrom('log_entries')
    .select('body')
    .where('kind', 'in', ['key', 'revoke-key'])
    .orderBy('number')
    .execute();
  return rows.map(({ body }) => JSON.parse(body) as EntryBody);
}

/** The root's public key as entry 1 has it; undefined before the first entry. */
export async function firstRootKey(db: Kysely<CatalogTables>): Promise<string | undefined> {
  return (await keyEntries(db))[0]?.key;
}

/** Log keys that may sign the next entry. */
export async function authorisedKeys(db: Kysely<CatalogTables>): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const { change } of await keyEntries(db)) {
    if (change.type === 'key') keys.add(change.publicKey);
    if (change.type === 'revoke-key') keys.delete(change.publicKey);
  }
  return keys;
}
