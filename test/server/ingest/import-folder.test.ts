/** `--import DIR`: photos become products once, however often the origin starts with it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importFolder } from '../../../server/ingest/import-folder.ts';
import type { ImageId } from '../../../shared/units.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { filesBelow } from '../support/upload.ts';

const shared = sharedOrigin();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-import-'));
  for (const { id } of await shared.origin.catalog.listProducts())
    await shared.origin.catalog.deleteProduct(id);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const photo = (background: string) =>
  sharp({ create: { width: 200, height: 150, channels: 3, background } })
    .jpeg()
    .toBuffer();

async function run() {
  const refused: string[] = [];
  const { catalog, ingest } = shared.origin;
  const onRefused = (file: string, { code }: { code: string }) => void refused.push(`${file} ${code}`);
  return { ...(await importFolder({ folder, catalog, ingest, onRefused })), refusedFiles: refused };
}

const products = () => shared.origin.catalog.listProducts();

test('each photo becomes a product named after its file; other files are left alone', async () => {
  await writeFile(join(folder, 'fruit-bowl_2.jpg'), await photo('red'));
  await writeFile(join(folder, 'Drum.JPEG'), await photo('blue'));
  await writeFile(join(folder, 'notes.txt'), 'x');
  await mkdir(join(folder, 'more'));
  expect(await run()).toMatchObject({ added: 2, known: 0, refused: 0 });
  expect((await products()).map(({ title, images }) => [title, images.length])).toEqual([
    ['Drum', 1],
    ['Fruit bowl 2', 1],
  ]);
});

test('a second run adds nothing, also when a product got another title meanwhile', async () => {
  await writeFile(join(folder, 'a.jpg'), await photo('red'));
  await run();
  const [product] = await products();
  await shared.origin.catalog.updateProduct(product?.id as string, { title: 'Renamed' });
  expect(await run()).toMatchObject({ added: 0, known: 1 });
  expect((await products()).length).toBe(1);
});

test('a second run leaves a photo that was taken off its product where it is', async () => {
  await writeFile(join(folder, 'a.jpg'), await photo('red'));
  await run();
  const [image] = (await products())[0]?.images ?? [];
  await shared.origin.catalog.updateImage(image?.id as ImageId, { productId: null });
  expect(await run()).toMatchObject({ added: 0, known: 1 });
  expect((await products()).map(({ images }) => images)).toEqual([[]]);
  const other = await shared.origin.catalog.createProduct({
    title: 'Other',
    description: '',
    priceCents: 0,
    currency: 'EUR',
  });
  await shared.origin.catalog.updateImage(image?.id as ImageId, { productId: other.id });
  expect(await run()).toMatchObject({ added: 0, known: 1, refused: 0 });
  expect((await filesBelow(shared.folder)).filter((path) => path.startsWith('uploads/'))).toEqual([]);
});

test('a product that a cut-off run left without its photo gets it', async () => {
  await writeFile(join(folder, 'a.jpg'), await photo('red'));
  await shared.origin.catalog.createProduct({ title: 'A', description: '', priceCents: 0, currency: 'EUR' });
  expect(await run()).toMatchObject({ added: 1 });
  expect((await products()).map(({ images }) => images.length)).toEqual([1]);
});

test('an import that is stopped ends before its next photo', async () => {
  for (const name of ['a', 'b', 'c'])
    await writeFile(join(folder, `${name}.jpg`), await photo(name === 'a' ? 'red' : 'blue'));
  const { catalog, ingest } = shared.origin;
  const stop = new AbortController();
  const onPhoto = () => stop.abort();
  await importFolder({ folder, catalog, ingest, signal: stop.signal, onPhoto, onRefused: () => undefined });
  expect((await products()).map(({ title }) => title)).toEqual(['A']);
});

test('products.json tells title, text, price, alt and order; photos it does not name follow', async () => {
  await writeFile(join(folder, 'a.jpg'), await photo('red'));
  await writeFile(join(folder, 'b.jpg'), await photo('green'));
  await writeFile(join(folder, 'c.jpg'), await photo('blue'));
  const list = [
    {
      file: 'c.jpg',
      title: 'Clock',
      description: 'Ticks.',
      priceCents: 1250,
      currency: 'CHF',
      alt: 'A clock',
    },
    { file: 'b.jpg' },
  ];
  await writeFile(join(folder, 'products.json'), JSON.stringify(list));
  await run();
  const [first, ...others] = await products();
  expect(first).toMatchObject({ title: 'Clock', description: 'Ticks.', priceCents: 1250, currency: 'CHF' });
  expect(first?.images[0]?.alt).toBe('A clock');
  expect(others.map(({ title }) => title)).toEqual(['B', 'A']);
});

test('a file that is no photo is told and leaves no product; the rest is imported', async () => {
  await writeFile(join(folder, 'a.jpg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(folder, 'b.jpg'), (await photo('red')).subarray(0, 400));
  await writeFile(join(folder, 'c.jpg'), await photo('red'));
  await writeFile(join(folder, 'products.json'), '[{"file":"gone.jpg"}]');
  const result = await run();
  expect(result).toMatchObject({ added: 1, refused: 3 });
  expect(result.refusedFiles).toEqual([
    'gone.jpg import_folder',
    'a.jpg upload_type_unsupported',
    'b.jpg upload_damaged',
  ]);
  expect((await products()).map(({ title }) => title)).toEqual(['C']);
  expect((await filesBelow(shared.folder)).filter((path) => /^(tmp|uploads)\//.test(path))).toEqual([]);
});

describe('a folder or list that cannot be used is one clear line', () => {
  const lists = [
    '{',
    '{}',
    '[{"file":"../x.jpg"}]',
    '[{"title":"x"}]',
    '[{"file":"a.jpg","price":1}]',
    '[{"file":"a.jpg","priceCents":-1}]',
  ];
  test.each(lists)('products.json is %s', async (text) => {
    await writeFile(join(folder, 'products.json'), text);
    await expect(run()).rejects.toMatchObject({ code: 'import_folder' });
    expect(await products()).toEqual([]);
  });

  test('the folder is not there', async () => {
    await rm(folder, { recursive: true });
    await expect(run()).rejects.toThrow(/Cannot read the folder .*ENOENT/);
  });
});
