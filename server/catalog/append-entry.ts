/**
 * Appending to the log is one transaction: lock the head, insert n+1 with the hash of n and the signature, move
 * the head (design section 7). Numbers have no gaps and their order is the order of commits, also when several
 * processes share the database: the first statement is a write, so each waits for the other's commit.
 */
import type { Transaction } from 'kysely';
import type { CatalogChange } from '../../shared/log/entry.ts';
import type { LogSigner } from './log-signer.ts';
import type { CatalogTables } from './schema.ts';

export interface Head {
  readonly number: number;
  readonly hash: string;
}

export async function lockHead(transaction: Transaction<CatalogTables>): Promise<Head> {
  return transaction
    .updateTable('head')
    .set((expression) => ({ number: expression.ref('number') }))
    .where('id', '=', 1)
    .returning(['number', 'hash'])
    .executeTakeFirstOrThrow();
}

/** @param head the locked head @returns the head after this entry */
export async function appendEntry(
  transaction: Transaction<CatalogTables>,
  signer: LogSigner,
  head: Head,
  change: CatalogChange,
  timeMs: number,
): Promise<Head> {
  const number = head.number + 1;
  const { signed, hash } = signer.signEntry({ number, previous: head.hash, timeMs, change });
  await transaction
    .insertInto('log_entries')
    .values({ number, kind: change.type, body: signed.body, hash, signature: signed.signature })
    .execute();
  await transaction.updateTable('head').set({ number, hash }).where('id', '=', 1).execute();
  return { number, hash };
}
