/** Taking a log key back in the folder of an origin that does not run: what is written, and who is told what is wrong. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LogKeys } from '../../../server/catalog/log-history.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import { openSqlite } from '../../../server/catalog/open-sqlite.ts';
import { listLogKeys, type Revocation, revokeLogKey } from '../../../server/catalog/revoke-log-key.ts';
import { loadSigningKey, SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { lockDataFolder } from '../../../shared/node/process/folder-lock.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { imageNamed } from '../support/catalog-fixture.ts';
import { catalog, FIELDS, folder, open, reopen, useCatalogFolder } from '../support/catalog-folder.ts';
import { readLog } from '../support/read-log.ts';

useCatalogFolder();

/** The one that signs when a test begins. */
let first: string;
const inKeys = (name: string) => join(folder, 'keys', name);

beforeEach(async () => {
  const product = await catalog.createProduct(FIELDS);
  await catalog.publishImage(imageNamed('a', product.id));
  first = (await loadSigningKey(inKeys('log.pem'))).publicKey;
});

/** The origin is stopped for it, and started again. */
async function revoke(fields: Partial<Revocation> = {}): Promise<LogKeys> {
  const asked = { dataFolder: folder, publicKey: first, rootKeyFile: inKeys('root.pem'), withNewKey: true };
  await catalog.close();
  try {
    return await revokeLogKey({ ...asked, ...fields });
  } finally {
    await open();
  }
}

const failing = async (code: string, fields: Partial<Revocation>) => {
  const before = readFileSync(inKeys('log.pem'), 'utf8');
  const { number } = catalog.head();
  await expect(revoke(fields)).rejects.toMatchObject({ name: 'UserError', code });
  expect(catalog.head().number).toBe(number);
  expect(readFileSync(inKeys('log.pem'), 'utf8')).toBe(before);
};

describe('LK3: the key that the origin signs with', () => {
  test('goes once another is there, both signed by the root, and the log goes on', async () => {
    const { keys } = await revoke();
    const { publicKey } = await loadSigningKey(inKeys('log.pem'));
    expect(keys).toEqual([
      { publicKey: first, addedIn: 1, revokedIn: 4 },
      { publicKey, addedIn: 3, revokedIn: undefined },
    ]);
    const product = await catalog.createProduct(FIELDS);
    await catalog.publishImage(imageNamed('b', product.id));
    const { chain, types } = await readLog();
    expect(types).toEqual(['key', 'publish', 'key', 'revoke-key', 'publish']);
    expect(chain).toMatchObject({ keys: [publicKey], revokedKeys: [first] });
    expect(readdirSync(join(folder, 'keys')).sort()).toEqual(['log.pem', 'root.pem']);
  });

  test('is not taken back without another: log_key_last', async () => {
    await failing('log_key_last', { withNewKey: false });
    rmSync(inKeys('log.pem'));
    await catalog.close();
    const asked = { dataFolder: folder, publicKey: first, rootKeyFile: inKeys('root.pem') };
    await expect(revokeLogKey({ ...asked, withNewKey: false })).rejects.toMatchObject({
      code: 'log_key_last',
    });
    await open();
  });

  test('after a power cut between the new file and the log, the same again brings it to its end', async () => {
    const written = SigningKey.generate();
    writeFileSync(inKeys('log.pem'), written.toPem());
    await catalog.close();
    const asked = { dataFolder: folder, publicKey: first, rootKeyFile: inKeys('root.pem') };
    const { keys } = await revokeLogKey({ ...asked, withNewKey: false });
    await open();
    expect(keys.map(({ publicKey, revokedIn }) => [publicKey, revokedIn])).toEqual([
      [first, 4],
      [written.publicKey, undefined],
    ]);
    await readLog();
  });

  test('that comes back out of an old copy of keys/ is not gone on with: log_key_revoked', async () => {
    copyFileSync(inKeys('log.pem'), join(folder, 'old.pem'));
    await revoke();
    await catalog.close();
    copyFileSync(inKeys('log.pem'), join(folder, 'new.pem'));
    copyFileSync(join(folder, 'old.pem'), inKeys('log.pem'));
    await expect(openCatalog({ dataFolder: folder })).rejects.toMatchObject({ code: 'log_key_revoked' });
    copyFileSync(join(folder, 'new.pem'), inKeys('log.pem'));
    await open();
    expect((await readLog()).types).toEqual(['key', 'publish', 'key', 'revoke-key']);
    const { publicKey } = await loadSigningKey(inKeys('log.pem'));
    await catalog.close();
    copyFileSync(join(folder, 'old.pem'), inKeys('log.pem'));
    const asked = { dataFolder: folder, publicKey, rootKeyFile: inKeys('root.pem'), withNewKey: false };
    await expect(revokeLogKey(asked)).rejects.toMatchObject({ code: 'log_key_last' });
    copyFileSync(join(folder, 'new.pem'), inKeys('log.pem'));
    await open();
  });
});

test('LK2: an older key is taken back alone, by a root key that lies elsewhere', async () => {
  const elsewhere = join(tempDirectory(), 'root.pem');
  rmSync(inKeys('log.pem'));
  await reopen();
  const { publicKey } = await loadSigningKey(inKeys('log.pem'));
  copyFileSync(inKeys('root.pem'), elsewhere);
  rmSync(inKeys('root.pem'));
  const { keys } = await revoke({ rootKeyFile: elsewhere, withNewKey: false });
  expect(keys).toEqual([
    { publicKey: first, addedIn: 1, revokedIn: 4 },
    { publicKey, addedIn: 3, revokedIn: undefined },
  ]);
  expect((await readLog()).chain.keys).toEqual([publicKey]);
  expect(existsSync(inKeys('root.pem'))).toBe(false);
});

describe('what is wrong is told by its code, and nothing is changed', () => {
  test('a key that the log does not have', async () => {
    await failing('log_key_unknown', { publicKey: SigningKey.generate().publicKey });
    await failing('log_key_unknown', { publicKey: catalog.rootKey });
  });

  test('a key that was taken back before', async () => {
    await revoke();
    await failing('log_key_revoked', {});
  });

  test('another root key, none, and a file that is no key', async () => {
    const other = join(folder, 'other.pem');
    writeFileSync(other, SigningKey.generate().toPem());
    await failing('root_key_wrong', { rootKeyFile: other });
    await failing('root_key_missing', { rootKeyFile: join(folder, 'none.pem') });
    writeFileSync(other, 'no key');
    await failing('key_file_invalid', { rootKeyFile: other });
  });

  test('an origin that runs', async () => {
    const lock = await lockDataFolder(folder);
    await failing('data_folder_in_use', {});
    lock.release();
    expect((await revoke()).keys).toHaveLength(2);
  });

  test('a folder that is no origin’s: nothing is made in it', async () => {
    const empty = tempDirectory();
    await expect(listLogKeys(empty)).rejects.toMatchObject({ code: 'catalog_missing' });
    expect(readdirSync(empty)).toEqual([]);
  });

  test('one key more than readers take: the log stays as it was', async () => {
    await catalog.close();
    const database = await openSqlite(join(folder, 'catalog.sqlite'));
    const insert = database.prepare("insert into log_entries values (?, 'key', ?, ?, '')");
    database.prepare('begin').run([]);
    for (let number = 3; number <= 513; number++) {
      const publicKey = number.toString(16).padStart(64, '0');
      const body = JSON.stringify({ number, change: { type: 'key', publicKey } });
      insert.run([number, body, publicKey]);
    }
    database.prepare('update head set number = 513, hash = ?').run([(513).toString(16).padStart(64, '0')]);
    database.prepare('commit').run([]);
    database.close();
    await open();
    const { number } = catalog.head();
    await expect(revoke()).rejects.toMatchObject({ code: 'log_key_invalid' });
    expect(catalog.head().number).toBe(number);
  });
});

test('the list names the root key and each log key, also while the origin runs', async () => {
  expect(await listLogKeys(folder)).toEqual({
    rootKey: catalog.rootKey,
    keys: [{ publicKey: first, addedIn: 1, revokedIn: undefined }],
  });
});
