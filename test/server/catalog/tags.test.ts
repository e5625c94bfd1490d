/** Tags, places and replacements in the catalog, and data folders from before there were any. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { expect, test } from 'vitest';
import { migrations } from '../../../server/catalog/migrations.ts';
import { openCatalog } from '../../../server/catalog/open-catalog.ts';
import { openSqlite } from '../../../server/catalog/open-sqlite.ts';
import { parseEntryBody } from '../../../shared/log/codec.ts';
import { imageNamed } from '../support/catalog-fixture.ts';
import { catalog, FIELDS, reopen, useCatalogFolder } from '../support/catalog-folder.ts';

useCatalogFolder();

const changes = async () =>
  (await catalog.entriesAfter(1, 100)).map(({ body }) => parseEntryBody(body).change.type);

test('images with a tag, and those of products with it, are found by it, also after a restart', async () => {
  const summer = await catalog.createProduct({ ...FIELDS, tags: ['summer'] });
  const other = await catalog.createProduct(FIELDS);
  const a = await catalog.publishImage(imageNamed('a', summer.id));
  const b = await catalog.publishImage({ ...imageNamed('b', other.id), tags: ['summer', 'licence-7'] });
  const c = await catalog.publishImage(imageNamed('c', other.id));
  for (const _ of [1, 2]) {
    const idsOf = async (tag: string) => (await catalog.imagesTagged(tag)).map(({ id }) => id);
    expect(await idsOf('summer')).toEqual([a.id, b.id]);
    expect(await idsOf('licence-7')).toEqual([b.id]);
    expect(await idsOf('winter')).toEqual([]);
    await reopen();
  }
  await catalog.updateImage(c.id, { tags: ['winter'], alt: 'A cup' });
  await reopen();
  expect(catalog.image(c.id)).toMatchObject({ tags: ['winter'], alt: 'A cup' });
  expect((await catalog.imagesTagged('winter')).map(({ id }) => id)).toEqual([c.id]);
});

test('a new photo takes the place of the old one, in one transaction, and stays there after a restart', async () => {
  const product = await catalog.createProduct(FIELDS);
  const [a, b] = [imageNamed('a', product.id), imageNamed('b', product.id)];
  for (const image of [a, b]) await catalog.publishImage(image);
  const next = { ...imageNamed('next', product.id), replaces: a.image.id };
  const stored = await catalog.publishImage(next);
  expect(await changes()).toEqual(['publish', 'publish', 'publish', 'purge']);
  expect(stored.entryNumber).toBe(catalog.head().number - 1);
  for (const _ of [1, 2]) {
    const images = (await catalog.product(product.id))?.images.map(({ id }) => id);
    expect(images).toEqual([next.image.id, b.image.id]);
    await reopen();
  }
  const late = { ...imageNamed('late', product.id), replaces: a.image.id };
  await expect(catalog.publishImage(late)).rejects.toMatchObject({ code: 'image_unknown' });
  expect(catalog.image(late.image.id)).toBeUndefined();
});

test('a data folder from before has no tags, and its images stay in the order of publication', async () => {
  const old = mkdtempSync(join(tmpdir(), 'shoal-catalog-'));
  try {
    const db = new Kysely<Record<string, Record<string, unknown>>>({
      dialect: new SqliteDialect({ database: await openSqlite(join(old, 'catalog.sqlite')) }),
    });
    const first = Object.entries(await migrations.getMigrations()).slice(0, 1);
    const provider = { getMigrations: async () => Object.fromEntries(first) };
    expect((await new Migrator({ db, provider }).migrateToLatest()).error).toBeUndefined();
    const product = { id: 'p', position: 1, title: 'Cup', description: '', price_cents: 1, currency: 'EUR' };
    await db.insertInto('products').values(product).execute();
    for (const [name, entry_number] of [
      ['a', 3],
      ['b', 2],
    ] as const) {
      const { image } = imageNamed(name, 'p');
      const { id, width, height, placeholder, infoHash: info_hash, infoHashV2: info_hash_v2 } = image;
      const row = { id, product_id: 'p', alt: '', width, height, placeholder, info_hash, info_hash_v2 };
      await db
        .insertInto('images')
        .values({ ...row, entry_number })
        .execute();
    }
    await db.destroy();
    const opened = await openCatalog({ dataFolder: old });
    const [found] = await opened.listProducts();
    expect(found).toMatchObject({ title: 'Cup', tags: [], category: '' });
    const idOf = (name: string) => imageNamed(name, 'p').image.id;
    expect(found?.images.map(({ id, tags }) => [id, tags])).toEqual([
      [idOf('b'), []],
      [idOf('a'), []],
    ]);
    expect(await opened.updateImage(idOf('a'), { tags: ['x'] })).toMatchObject({ tags: ['x'] });
    await opened.close();
  } finally {
    rmSync(old, { recursive: true });
  }
});
