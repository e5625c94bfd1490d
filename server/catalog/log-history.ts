/** What the stored log says of keys. The origin trusts its own entries: it verified nothing but their end. */
import type { Kysely } from 'kysely';
import type { EntryBody } from '../../shared/log/entry.ts';
import type { CatalogTables } from './schema.ts';

export interface LogKey {
  /** 64 hex digits. */
  readonly publicKey: string;
  /** Number of the entry that added it. */
  readonly addedIn: number;
  /** Number of the entry that took it back; undefined: it may sign the next one. */
  readonly revokedIn: number | undefined;
}

export interface LogKeys {
  /** The root's public key as entry 1 has it; undefined before the first entry. */
  readonly rootKey: string | undefined;
  /** In the order of their entries. */
  readonly keys: readonly LogKey[];
}

export async function readLogKeys(db: Kysely<CatalogTables>): Promise<LogKeys> {
  const rows = await db
    .selectFrom('log_entries')
    .select('body')
    .where('kind', 'in', ['key', 'revoke-key'])
    .orderBy('number')
    .execute();
  const entries = rows.map(({ body }) => JSON.parse(body) as EntryBody);
  const keys = new Map<string, LogKey>();
  for (const { change, number } of entries) {
    if (change.type === 'key')
      keys.set(change.publicKey, { publicKey: change.publicKey, addedIn: number, revokedIn: undefined });
    const revoked = change.type === 'revoke-key' ? keys.get(change.publicKey) : undefined;
    if (revoked) keys.set(revoked.publicKey, { ...revoked, revokedIn: number });
  }
  return { rootKey: entries[0]?.key, keys: [...keys.values()] };
}
