/** The catalog over its real database: one transaction per change, and a log that any edge would accept. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { NewImage } from '../../../server/catalog/catalog-api.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import { openSqlite } from '../../../server/catalog/open-sqlite.ts';
import { parseEntryBody } from '../../../shared/log/codec.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot, InfoHash } from '../../../shared/units.ts';
import { imageNamed } from '../support/catalog-fixture.ts';
import { catalog, FIELDS, folder, open, reopen, useCatalogFolder } from '../support/catalog-folder.ts';
import { readLog } from '../support/read-log.ts';

useCatalogFolder();

describe('keys', () => {
  test('are made at the first start, for their owner only; entry 1 is the log key, signed by the root', async () => {
    expect(readdirSync(join(folder, 'keys')).sort()).toEqual(['log.pem', 'root.pem']);
    for (const name of ['log.pem', 'root.pem'])
      expect(statSync(join(folder, 'keys', name)).mode & 0o777).toBe(0o600);
    const [first] = await catalog.entriesAfter(0, 10);
    const entry = parseEntryBody(first?.body as string);
    expect(entry).toMatchObject({ number: 1, key: catalog.rootKey, change: { type: 'key' } });
    expect((await readLog()).types).toEqual(['key']);
  });

  test('are the same after a restart, which appends nothing', async () => {
    const { rootKey } = catalog;
    await reopen();
    expect(catalog.rootKey).toBe(rootKey);
    expect((await readLog()).types).toEqual(['key']);
  });

  test('threat row 31: the root key may go offline once its log key stands in the log', async () => {
    const { rootKey } = catalog;
    rmSync(join(folder, 'keys', 'root.pem'));
    await reopen();
    expect(catalog.rootKey).toBe(rootKey);
    const product = await catalog.createProduct(FIELDS);
    await catalog.publishImage(imageNamed('a', product.id));
    expect((await readLog()).types).toEqual(['key', 'publish']);
  });

  test('threat row 31: a lost log key is replaced by one entry of the root', async () => {
    rmSync(join(folder, 'keys', 'log.pem'));
    await reopen();
    const product = await catalog.createProduct(FIELDS);
    await catalog.publishImage(imageNamed('a', product.id));
    expect((await readLog()).types).toEqual(['key', 'key', 'publish']);
  });

  test('without root and log key the catalog does not open, and says what to do', async () => {
    await catalog.close();
    rmSync(join(folder, 'keys', 'root.pem'));
    rmSync(join(folder, 'keys', 'log.pem'));
    await expect(openCatalog({ dataFolder: folder })).rejects.toMatchObject({ code: 'root_key_missing' });
    rmSync(folder, { recursive: true });
    await open();
  });

  test('another root key than the one that began the log is refused', async () => {
    await catalog.close();
    const other = mkdtempSync(join(tmpdir(), 'shoal-catalog-'));
    await (await openCatalog({ dataFolder: other })).close();
    copyFileSync(join(other, 'keys', 'root.pem'), join(folder, 'keys', 'root.pem'));
    await expect(openCatalog({ dataFolder: folder })).rejects.toMatchObject({ code: 'root_key_wrong' });
    rmSync(folder, { recursive: true });
    rmSync(other, { recursive: true });
    await open();
  });
});

describe('publishing', () => {
  test('image, torrent and entry are there together, and still after a restart', async () => {
    const product = await catalog.createProduct(FIELDS);
    const added = imageNamed('a', product.id);
    const told: string[] = [];
    catalog.onAppend(() => told.push(`append ${catalog.head().number}`));
    catalog.onPublished((image) => told.push(`published ${catalog.image(image.id)?.id === image.id}`));
    const stored = await catalog.publishImage(added);
    expect(stored).toEqual({
      ...added.image,
      productId: product.id,
      alt: '',
      tags: [],
      entryNumber: 2,
      position: 2,
      sourceBytes: null,
    });
    expect(told).toEqual(['published true', 'append 2']);
    for (const _ of [1, 2]) {
      expect(catalog.image(stored.id)).toEqual(stored);
      expect([...catalog.images()]).toEqual([stored]);
      expect((await catalog.product(product.id))?.images).toEqual([stored]);
      expect(Buffer.from((await catalog.torrent(stored.infoHash)) as Uint8Array)).toEqual(added.torrent);
      expect([...catalog.rootsInUse()]).toEqual(stored.renditions.map(({ root }) => root));
      expect((await readLog()).types).toEqual(['key', 'publish']);
      await reopen();
    }
  });

  test('the same image again changes nothing and answers as before', async () => {
    const product = await catalog.createProduct(FIELDS);
    const first = await catalog.publishImage(imageNamed('a', product.id));
    const again = await catalog.publishImage({ ...imageNamed('a', product.id), alt: 'other' });
    expect(again).toEqual(first);
    expect(catalog.head().number).toBe(2);
  });

  test('an image of a product that is gone is refused, and the log does not move', async () => {
    const head = catalog.head();
    await expect(catalog.publishImage(imageNamed('a', 'gone'))).rejects.toMatchObject({
      code: 'product_unknown',
    });
    expect(catalog.head()).toEqual(head);
    expect((await readLog()).types).toEqual(['key']);
  });

  test('a publish that fails in the middle leaves no entry; the next one has its number', async () => {
    const product = await catalog.createProduct(FIELDS);
    await catalog.publishImage(imageNamed('a', product.id));
    const clash = imageNamed('b', product.id);
    const twin: NewImage = {
      ...clash,
      image: { ...clash.image, infoHash: imageNamed('a', product.id).image.infoHash },
    };
    await expect(catalog.publishImage(twin)).rejects.toThrow(/UNIQUE/);
    expect(catalog.image(clash.image.id)).toBeUndefined();
    await catalog.publishImage(imageNamed('c', product.id));
    expect((await readLog()).types).toEqual(['key', 'publish', 'publish']);
  });

  test('a listener that throws neither undoes the publish nor keeps it from the next listener', async () => {
    const product = await catalog.createProduct(FIELDS);
    const thrown: unknown[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => thrown.push(error));
    const told: string[] = [];
    catalog.onPublished(() => {
      throw new Error('a bug');
    });
    catalog.onPublished((image) => told.push(image.id));
    const image = await catalog.publishImage(imageNamed('a', product.id));
    await new Promise((resolve) => setImmediate(resolve));
    for (const listener of before) process.on('uncaughtException', listener);
    expect(told).toEqual([image.id]);
    expect(String(thrown[0])).toContain('a bug');
  });
});

describe('purging', () => {
  test('takes image, renditions and torrent away and appends one entry', async () => {
    const product = await catalog.createProduct(FIELDS);
    const image = await catalog.publishImage(imageNamed('a', product.id));
    const purged: string[] = [];
    catalog.onPurged(({ id }) => purged.push(id));
    await catalog.purgeImages([image.id]);
    expect(purged).toEqual([image.id]);
    expect(catalog.image(image.id)).toBeUndefined();
    expect(await catalog.torrent(image.infoHash)).toBeUndefined();
    expect(catalog.rootsInUse().size).toBe(0);
    expect(await catalog.purgeImages([image.id])).toEqual([]);
    expect((await readLog()).types).toEqual(['key', 'publish', 'purge']);
    await catalog.publishImage(imageNamed('a', product.id));
    expect((await readLog()).types).toEqual(['key', 'publish', 'purge', 'publish']);
  });

  test('a product goes with all its images in one transaction', async () => {
    const product = await catalog.createProduct(FIELDS);
    const other = await catalog.createProduct({ ...FIELDS, title: 'Pot' });
    for (const name of ['a', 'b']) await catalog.publishImage(imageNamed(name, product.id));
    await catalog.publishImage(imageNamed('c', other.id));
    const { purged } = await catalog.deleteProduct(product.id);
    expect(purged.length).toBe(2);
    expect((await catalog.listProducts()).map(({ title }) => title)).toEqual(['Pot']);
    expect([...catalog.images()].length).toBe(1);
    expect((await readLog()).types).toEqual(['key', 'publish', 'publish', 'publish', 'purge', 'purge']);
    await expect(catalog.deleteProduct(product.id)).rejects.toMatchObject({ code: 'product_unknown' });
  });

  test('a rendition that another image has too stays in use', async () => {
    const product = await catalog.createProduct(FIELDS);
    const one = imageNamed('a', product.id);
    const two = imageNamed('b', product.id);
    const root = one.image.renditions[0]?.root as FileRoot;
    const renditions = two.image.renditions.map((rendition) => ({ ...rendition, root }));
    const twin = { ...two, image: { ...two.image, renditions } };
    await catalog.publishImage(one);
    await catalog.publishImage(twin);
    await catalog.purgeImages([one.image.id]);
    expect(catalog.rootsInUse().size).toBe(1);
    await catalog.purgeImages([two.image.id]);
    expect(catalog.rootsInUse().size).toBe(0);
  });
});

test('products keep their order, and a change keeps what it does not name', async () => {
  for (const title of ['One', 'Two', 'Three']) await catalog.createProduct({ ...FIELDS, title });
  const [, two] = await catalog.listProducts();
  await catalog.updateProduct(two?.id as string, { priceCents: 5 });
  await reopen();
  const list = await catalog.listProducts();
  expect(list.map(({ title, priceCents }) => [title, priceCents])).toEqual([
    ['One', 900],
    ['Two', 5],
    ['Three', 900],
  ]);
  await expect(catalog.updateProduct('none', { title: 'x' })).rejects.toMatchObject({
    code: 'product_unknown',
  });
});

test('text comes back as it was sent, emoji and right-to-left included', async () => {
  const title = "Tasse ☕ 'café' مرحبا \u{1f433}; DROP TABLE products";
  const product = await catalog.createProduct({ ...FIELDS, title });
  expect((await catalog.product(product.id))?.title).toBe(title);
});

test('many changes at once, in random order, make a log without gaps that any edge accepts', async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const product = await catalog.createProduct(FIELDS);
  const work: Promise<unknown>[] = [];
  for (let i = 0; i < 120; i++) {
    const added = imageNamed(String(random.integer(20)), product.id);
    const change =
      random.integer(3) === 0 ? catalog.purgeImages([added.image.id]) : catalog.publishImage(added);
    work.push(change);
  }
  await Promise.all(work);
  const { types } = await readLog();
  const live = [...catalog.images()].length;
  const count = (type: string) => types.filter((other) => other === type).length;
  expect(count('publish') - count('purge'), `seed ${seed}`).toBe(live);
  const before = [...catalog.images()];
  await reopen();
  expect([...catalog.images()], `seed ${seed}`).toEqual(before);
});

test('entriesAfter gives at most what is asked for, in order', async () => {
  const product = await catalog.createProduct(FIELDS);
  for (const name of ['a', 'b', 'c']) await catalog.publishImage(imageNamed(name, product.id));
  const numbers = async (after: number, limit: number) =>
    (await catalog.entriesAfter(after, limit)).map(({ body }) => parseEntryBody(body).number);
  expect(await numbers(1, 2)).toEqual([2, 3]);
  expect(await numbers(4, 2)).toEqual([]);
  expect(await catalog.hashOfEntry(0)).toBe('0'.repeat(64));
  expect(await catalog.hashOfEntry(99)).toBeUndefined();
  expect(await catalog.torrent('f'.repeat(40) as InfoHash)).toBeUndefined();
});

test('a log that does not end at its head is not gone on with', async () => {
  await catalog.close();
  const database = await openSqlite(join(folder, 'catalog.sqlite'));
  database.prepare('update head set number = 7').run([]);
  database.close();
  await expect(openCatalog({ dataFolder: folder })).rejects.toMatchObject({ code: 'catalog_damaged' });
  rmSync(folder, { recursive: true });
  await open();
});

describe('openSqlite', () => {
  test('refuses values that SQLite would take for something else', async () => {
    const database = await openSqlite(':memory:');
    const select = database.prepare('select ? as value');
    for (const value of [new Date(), true, undefined, {}])
      expect(() => select.all([value])).toThrow(TypeError);
    for (const value of [null, 'x', 1, 2n, Buffer.from('y')]) expect(select.all([value]).length).toBe(1);
    database.close();
  });

  test('a full disk is told as one, and what follows goes on', async () => {
    const database = await openSqlite(join(folder, 'small.sqlite'));
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
    await sql`create table photos (body blob)`.execute(db);
    await sql`pragma max_page_count = 4`.execute(db);
    const fill = db.transaction().execute(async (writer) => {
      for (let row = 0; row < 10; row++)
        await sql`insert into photos values (zeroblob(3000))`.execute(writer);
    });
    // SQLITE_FULL; SQLite has ended the transaction by then.
    await expect(fill).rejects.toMatchObject({ errcode: 13 });
    await db.transaction().execute((writer) => sql`insert into photos values (null)`.execute(writer));
    const { rows } = await sql`select body from photos`.execute(db);
    expect(rows).toEqual([{ body: null }]);
    await db.destroy();
  });

  test('once it is closed, catalog.sqlite alone is the catalog: a copy of it is a backup', async () => {
    const { id } = await catalog.createProduct(FIELDS);
    await catalog.close();
    const copy = mkdtempSync(join(tmpdir(), 'shoal-copy-'));
    copyFileSync(join(folder, 'catalog.sqlite'), join(copy, 'catalog.sqlite'));
    const database = await openSqlite(join(copy, 'catalog.sqlite'));
    expect(database.prepare('select id from products').all([])).toEqual([{ id }]);
    database.close();
    rmSync(copy, { recursive: true });
    await open();
  });

  test('is closed at once while a backup reads it: a stop has 5 s, and nothing else runs meanwhile', async () => {
    const file = join(folder, 'read.sqlite');
    const database = await openSqlite(file);
    database.prepare('create table entries (number)').run([]);
    const reader = await openSqlite(file);
    reader.prepare('begin').run([]);
    expect(reader.prepare('select * from entries').all([])).toEqual([]);
    database.prepare('insert into entries values (1)').run([]);
    const began = performance.now();
    database.close();
    // Who waits does so for 5 s.
    expect(performance.now() - began).toBeLessThan(2_500);
    reader.prepare('rollback').run([]);
    expect(reader.prepare('select * from entries').all([])).toEqual([{ number: 1 }]);
    reader.close();
  });

  test('is durable and checks foreign keys', async () => {
    const database = await openSqlite(join(folder, 'other.sqlite'));
    const pragma = (name: string) =>
      Object.values(database.prepare(`PRAGMA ${name}`).all([])[0] as object)[0];
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
    database.close();
  });
});
