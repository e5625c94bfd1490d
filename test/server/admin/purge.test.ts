/** Purges over the admin API: one, many, by product and by tag; a photo in another's place; the limit. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import type { Image, Product } from '../../../shared/api-types/catalog.ts';
import { parseEntryBody } from '../../../shared/log/codec.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { AUTHORIZATION, createProduct, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin();
const photos: Buffer[] = [];

beforeAll(async () => {
  for (const shade of [10, 90, 170, 250]) {
    const background = { r: shade, g: 100, b: 255 - shade };
    photos.push(
      await sharp({ create: { width: 200, height: 120, channels: 3, background } })
        .jpeg()
        .toBuffer(),
    );
  }
});

const call = (method: string, path: string, body?: unknown) =>
  fetch(`${shared.origin.url}/admin${path}`, {
    method,
    headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function published(count: number): Promise<{ product: Product; images: Image[] }> {
  const product = await createProduct(shared.origin.url);
  const images: Image[] = [];
  for (const photo of photos.slice(0, count))
    images.push((await uploadPhoto(shared.origin.url, product.id, photo)).body);
  return { product, images };
}

const changesAfter = async (number: number) =>
  (await shared.origin.catalog.entriesAfter(number, 100)).map(({ body }) => parseEntryBody(body).change);
const head = () => shared.origin.catalog.head().number;
const purgeOf = ({ id }: Image) => ({ type: 'purge', imageId: id });

test('one image: the answer names it, its entry and the edges; a second purge is 404', async () => {
  const { images } = await published(1);
  const [image] = images as [Image];
  const before = head();
  const answer = await call('DELETE', `/images/${image.id}`);
  expect(await answer.json()).toEqual({ image: image.id, entry: before + 1, edges: [] });
  expect(await changesAfter(before)).toEqual([purgeOf(image)]);
  expect((await call('DELETE', `/images/${image.id}`)).status).toBe(404);
});

test('PU1: a list, a product and a tag are one entry per image; what is unknown is left out', async () => {
  const first = await published(3);
  const second = await published(2);
  const [a, b, c] = first.images as [Image, Image, Image];
  const [d, e] = second.images as [Image, Image];
  expect((await call('PATCH', `/images/${c.id}`, { tags: ['licence-7'] })).status).toBe(200);
  expect((await call('PATCH', `/products/${second.product.id}`, { tags: ['licence-7'] })).status).toBe(200);
  const before = head();
  const listed = await call('POST', '/purge', { images: [a.id, 'f'.repeat(24), a.id] });
  expect(await listed.json()).toEqual({
    images: [{ image: a.id, entry: before + 1 }],
    entry: before + 1,
    edges: [],
  });
  const tagged = (await (await call('POST', '/purge', { tag: 'licence-7' })).json()) as { images: unknown[] };
  expect(tagged.images).toHaveLength(3);
  await call('POST', '/purge', { product: first.product.id });
  expect(await changesAfter(before)).toEqual([a, c, d, e, b].map(purgeOf));
  const nothing = await call('POST', '/purge', { tag: 'licence-7' });
  expect(await nothing.json()).toEqual({ images: [], entry: null, edges: [] });
  expect((await call('POST', '/purge', { product: 'x' })).status).toBe(404);
  for (const body of [{}, { images: [] }, { images: ['x'] }, { tag: '' }, { tag: 'a', product: 'b' }, []])
    expect((await call('POST', '/purge', body)).status, JSON.stringify(body)).toBe(422);
});

test('a deleted product takes its images with it, and says so', async () => {
  const { product, images } = await published(2);
  const before = head();
  const answer = await call('DELETE', `/products/${product.id}`);
  expect(await answer.json()).toEqual({
    product: product.id,
    images: images.map(({ id }, index) => ({ image: id, entry: before + 1 + index })),
    entry: before + 2,
    edges: [],
  });
});

test('PU1: a photo in the place of another is a new image; the old one is purged in the same transaction', async () => {
  const { product, images } = await published(2);
  const [old, other] = images as [Image, Image];
  const put = async (photo: Uint8Array, id: string) => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(photo)]), 'photo.jpg');
    form.set('tags', 'summer, sale');
    const target = `${shared.origin.url}/admin/images/${id}/photo`;
    return fetch(target, { method: 'PUT', headers: AUTHORIZATION, body: form });
  };
  const before = head();
  const answer = await put(await readFile(PHOTO_PATH), old.id);
  const body = (await answer.json()) as Image & { replaced: string; entry: number };
  expect([answer.status, body]).toMatchObject([
    201,
    { replaced: old.id, entry: before + 2, tags: ['summer', 'sale'] },
  ]);
  expect((await changesAfter(before)).map(({ type }) => type)).toEqual(['publish', 'purge']);
  const now = (await shared.origin.catalog.product(product.id))?.images.map(({ id }) => id);
  expect(now).toEqual([body.id, other.id]);
  // The photo that another image of the product has already: only the old one goes.
  const known = await put(photos[1] as Buffer, body.id);
  expect([known.status, await known.json()]).toMatchObject([200, { id: other.id, replaced: body.id }]);
  expect(shared.origin.catalog.image(body.id)).toBeUndefined();
  // Its own photo again: nothing changes.
  const same = await put(photos[1] as Buffer, other.id);
  expect([same.status, await same.json()]).toMatchObject([200, { id: other.id, entry: null }]);
  expect((await put(photos[0] as Buffer, old.id)).status).toBe(404);
});

test('threat row 45: purges are limited, however many addresses they come from; reading is not', async () => {
  let refused: Response | undefined;
  for (let count = 0; count < 400 && refused === undefined; count++) {
    const answer = await call('DELETE', `/images/${'e'.repeat(24)}`);
    if (answer.status === 429) refused = answer;
  }
  expect(refused?.headers.get('retry-after')).toBe('60');
  expect(await refused?.json()).toMatchObject({ code: 'purge_rate' });
  expect((await call('POST', '/purge', { tag: 'a' })).status).toBe(429);
  expect((await call('GET', '/products')).status).toBe(200);
});
