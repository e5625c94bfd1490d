/**
 * Takes a log key back (docs/PROTOCOL.md, LK2 and LK3), in the folder of an origin that does not run: one that does
 * would go on signing with it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import { UserError } from '../../shared/errors.ts';
import { type ChainState, verifyEntry } from '../../shared/log/chain.ts';
import type { CatalogChange } from '../../shared/log/entry.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { loadSigningKey, replaceSigningKey, SigningKey } from '../../shared/node/crypto/signing-key.ts';
import { tryLockFolder } from '../../shared/node/process/folder-lock.ts';
import { appendEntry, type Head, lockHead } from './append-entry.ts';
import { type LogKey, type LogKeys, readLogKeys } from './log-history.ts';
import { makeSigner } from './log-signer.ts';
import { readHead } from './open-catalog.ts';
import { openTables } from './open-sqlite.ts';
import type { CatalogTables } from './schema.ts';

export interface Revocation {
  readonly dataFolder: string;
  /** The key that is taken back. */
  readonly publicKey: string;
  readonly rootKeyFile: string;
  /** Makes another log key, in place of `keys/log.pem`. */
  readonly withNewKey: boolean;
}

/** Also while the origin runs. @throws UserError `catalog_missing` */
export function listLogKeys(dataFolder: string): Promise<LogKeys> {
  return withCatalog(dataFolder, readLogKeys);
}

/**
 * @returns the keys as they are then
 * @throws UserError `catalog_missing`, `catalog_damaged`, `data_folder_in_use`, `log_key_unknown`, `log_key_revoked`,
 *   `root_key_missing`, `root_key_wrong`, `key_file_invalid`, `log_key_last`: nothing was changed then
 */
export async function revokeLogKey(revocation: Revocation): Promise<LogKeys> {
  const { dataFolder } = revocation;
  return withCatalog(dataFolder, async (db) => {
    const lock = await tryLockFolder(dataFolder);
    if (lock === undefined)
      throw new UserError(
        'data_folder_in_use',
        409,
        `an origin runs with ${dataFolder}: stop it first, and start it when this is done`,
      );
    try {
      await appendRevocation(db, revocation);
      return await readLogKeys(db);
    } finally {
      lock.release();
    }
  });
}

async function appendRevocation(db: Kysely<CatalogTables>, revocation: Revocation): Promise<void> {
  const { publicKey, withNewKey } = revocation;
  await readHead(db);
  const { rootKey = '', keys } = await readLogKeys(db);
  requireValid(keys, publicKey);
  const root = await loadRoot(revocation.rootKeyFile, rootKey);
  const logFile = join(revocation.dataFolder, 'keys', 'log.pem');
  const signing = withNewKey ? SigningKey.generate() : await loadKey(logFile);
  const known = keys.find((key) => key.publicKey === signing?.publicKey);
  if (signing === undefined || signing.publicKey === publicKey || known?.revokedIn !== undefined)
    throw new UserError(
      'log_key_last',
      409,
      `without ${publicKey} the origin has no log key: with --new-key another one is made`,
    );
  const changes: CatalogChange[] = [{ type: 'revoke-key', publicKey }];
  // First, so that no log ever ends without a key that may sign its head.
  if (known === undefined) changes.unshift({ type: 'key', publicKey: signing.publicKey });
  const signer = makeSigner(rootKey, root, signing);
  await db.transaction().execute(async (transaction) => {
    const before = await lockHead(transaction);
    let head = before;
    for (const change of changes) head = await appendEntry(transaction, signer, head, change, Date.now());
    await requireReadable(transaction, before, rootKey, keys);
    // Before the commit: a key that the log does not know yet can be added later, one that is lost cannot sign.
    if (withNewKey) await replaceSigningKey(logFile, signing);
  });
}

function requireValid(keys: readonly LogKey[], publicKey: string): void {
  const known = keys.find((key) => key.publicKey === publicKey);
  if (known === undefined)
    throw new UserError(
      'log_key_unknown',
      404,
      `${publicKey} is no log key of this log; without --revoke they are listed`,
    );
  if (known.revokedIn !== undefined)
    throw new UserError('log_key_revoked', 409, `entry ${known.revokedIn} has taken ${publicKey} back`);
}

async function loadRoot(path: string, rootKey: string): Promise<SigningKey> {
  const root = await loadKey(path);
  if (root === undefined)
    throw new UserError(
      'root_key_missing',
      404,
      `there is no ${path}: the root key ${rootKey} must sign this; --root-key-file says where its file is`,
    );
  if (root.publicKey !== rootKey)
    throw new UserError('root_key_wrong', 400, `${path} is not the key that began this log (${rootKey})`);
  return root;
}

/** undefined: no such file. @throws UserError `key_file_invalid` */
async function loadKey(path: string): Promise<SigningKey | undefined> {
  try {
    return await loadSigningKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof UserError) throw new UserError(error.code, 400, `${path}: ${error.message}`);
    throw error;
  }
}

/** What no edge would take must not be committed: the log could never go on from it. @throws PeerError */
async function requireReadable(
  transaction: Transaction<CatalogTables>,
  before: Head,
  rootKey: string,
  keys: readonly LogKey[],
): Promise<void> {
  const isValid = ({ revokedIn }: LogKey) => revokedIn === undefined;
  const names = (some: readonly LogKey[]) => some.map(({ publicKey }) => publicKey);
  let state: ChainState = {
    ...before,
    rootKey,
    keys: names(keys.filter(isValid)),
    revokedKeys: names(keys.filter((key) => !isValid(key))),
  };
  const added = await transaction
    .selectFrom('log_entries')
    .select(['body', 'signature'])
    .where('number', '>', before.number)
    .orderBy('number')
    .execute();
  for (const signed of added) state = verifyEntry(state, signed, createLogCrypto()).state;
}

async function withCatalog<T>(
  dataFolder: string,
  work: (db: Kysely<CatalogTables>) => Promise<T>,
): Promise<T> {
  const path = join(dataFolder, 'catalog.sqlite');
  if (!existsSync(path))
    throw new UserError(
      'catalog_missing',
      404,
      `${dataFolder} has no catalog.sqlite: --data names an origin's folder`,
    );
  const db = await openTables(path);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
