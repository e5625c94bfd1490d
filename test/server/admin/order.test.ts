/** Order, lost answers, and images without a product: what the catalog keeps and how the API says it. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { AdminImage, AdminLimits, AdminProduct } from '../../../shared/api-types/admin.ts';
import type { Problem, Product } from '../../../shared/api-types/catalog.ts';
import { adminCall } from '../support/admin-call.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { createProduct, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin();
const call = adminCall(() => shared.origin.url);
const FIELDS = { title: 'Cup', description: '', priceCents: 900, currency: 'EUR' };

const titles = async () => (await shared.origin.catalog.listProducts()).map(({ title }) => title);

async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}

async function photo(background: string): Promise<Buffer> {
  return sharp({ create: { width: 90, height: 60, channels: 3, background } })
    .png()
    .toBuffer();
}

async function productWith(...colours: string[]): Promise<{ id: string; images: string[] }> {
  const { id } = await createProduct(shared.origin.url);
  const images = [];
  for (const colour of colours)
    images.push((await uploadPhoto(shared.origin.url, id, await photo(colour))).body.id as string);
  return { id, images };
}

describe('the order of products', () => {
  test('any row of moves leaves the order that a list would have', async () => {
    for (const { id } of await shared.origin.catalog.listProducts())
      await shared.origin.catalog.deleteProduct(id);
    const ids = new Map<string, string>();
    for (const title of ['a', 'b', 'c', 'd', 'e'])
      ids.set(title, (await createProduct(shared.origin.url, title)).id);
    const place = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.constantFrom('a', 'b', 'c', 'd', 'e', null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 6 }), async (moves) => {
        let expected = await titles();
        for (const [moved, before] of moves) {
          const answer = await call('PUT', `/products/${ids.get(moved)}/place`, {
            before: before === null ? null : ids.get(before),
          });
          expect(answer.status).toBe(204);
          if (moved === before) continue;
          expected = expected.filter((title) => title !== moved);
          expected.splice(before === null ? expected.length : expected.indexOf(before), 0, moved);
          expect(await titles()).toEqual(expected);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('an unknown product, or place, is a 404 and moves nothing', async () => {
    const { id } = await createProduct(shared.origin.url, 'known');
    const before = await titles();
    expect((await call('PUT', '/products/nothing/place', { before: null })).status).toBe(404);
    expect((await call('PUT', `/products/${id}/place`, { before: 'nothing' })).status).toBe(404);
    expect((await call('PUT', `/products/${id}/place`, {})).status).toBe(422);
    expect(await titles()).toEqual(before);
  });
});

describe('the order of images', () => {
  test('those that are named come first, a new one last, and a restart keeps it', async () => {
    const { id, images } = await productWith('red', 'green', 'blue');
    const [red, green, blue] = images;
    const answer = (await (
      await call('PUT', `/products/${id}/order`, { images: [blue, red] })
    ).json()) as Product;
    expect(answer.images.map((image) => image.id)).toEqual([blue, red, green]);
    const { body } = await uploadPhoto(shared.origin.url, id, await photo('white'));
    const after = (await shared.origin.catalog.product(id))?.images.map((image) => image.id);
    expect(after).toEqual([blue, red, green, body.id]);
    expect([...(await shared.storedOrder(id))]).toEqual(after);
  });

  test('an image of another product is refused, and nothing moves', async () => {
    const one = await productWith('red', 'green');
    const other = await productWith('blue');
    const answer = await call('PUT', `/products/${one.id}/order`, {
      images: [...other.images, ...one.images],
    });
    expect((await problemOf(answer)).code).toBe('image_unknown');
    expect((await shared.origin.catalog.product(one.id))?.images.map(({ id }) => id)).toEqual(one.images);
  });

  test('more than a thousand at once: the answer says so in words for the merchant', async () => {
    const { id, images } = await productWith('red');
    const answer = await call('PUT', `/products/${id}/order`, {
      images: Array.from({ length: 1_001 }, () => images[0]),
    });
    expect(answer.status).toBe(422);
    expect((await problemOf(answer)).detail).toContain(
      'no more than 1,000 photos of a product can be put in order',
    );
  });
});

describe('Idempotency-Key', () => {
  const post = (key: string, fields: object = FIELDS) =>
    call('POST', '/products', fields, { 'idempotency-key': key });

  test('the same request again answers the same product, at the same time too', async () => {
    const answers = await Promise.all([post('key-1'), post('key-1'), post('key-1')]);
    const products = (await Promise.all(answers.map((answer) => answer.json()))) as Product[];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(products.map(({ id }) => id)).size).toBe(1);
    const again = (await (await post('key-1')).json()) as Product;
    expect(again.id).toBe(products[0]?.id);
  });

  test('with other fields: 422; of odd signs: 400; without a key each is a product', async () => {
    await post('key-2');
    const other = await post('key-2', { ...FIELDS, title: 'Jug' });
    expect([other.status, (await problemOf(other)).code]).toEqual([422, 'idempotency_key_reused']);
    expect((await problemOf(await post('a key'))).code).toBe('idempotency_key_invalid');
    const ids = [];
    for (let i = 0; i < 2; i++)
      ids.push(((await (await call('POST', '/products', FIELDS)).json()) as Product).id);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('images without a product', () => {
  const unused = async () =>
    ((await (await call('GET', '/unused-images')).json()) as { images: AdminImage[] }).images;

  test('taken off: listed, still served, put back by another upload of the same photo', async () => {
    const { id, images } = await productWith('red', 'green');
    const [red] = images;
    expect((await call('PATCH', `/images/${red}`, { product: null })).status).toBe(200);
    expect((await unused()).map((image) => [image.id, image.productId])).toContainEqual([red, null]);
    expect((await shared.origin.catalog.product(id))?.images.map((image) => image.id)).toEqual([images[1]]);
    const again = await uploadPhoto(shared.origin.url, id, await photo('red'));
    expect([again.status, again.body.id]).toEqual([200, red]);
    expect((await unused()).map((image) => image.id)).not.toContain(red);
  });

  test('put on another product: the photo is not uploaded to the first one again by mistake', async () => {
    const { id, images } = await productWith('orange');
    const other = await productWith();
    await call('PATCH', `/images/${images[0]}`, { product: other.id });
    expect((await shared.origin.catalog.product(other.id))?.images.map((image) => image.id)).toEqual(images);
    const again = await uploadPhoto(shared.origin.url, id, await photo('orange'));
    expect([again.status, again.body.code]).toEqual([409, 'image_elsewhere']);
    expect((await call('PATCH', `/images/${images[0]}`, { product: 'nothing' })).status).toBe(404);
  });

  test('put on a product it stands last there, whatever place it had before, also after a restart', async () => {
    const from = await productWith('tan', 'pink');
    await call('PUT', `/products/${from.id}/order`, { images: from.images });
    const to = await productWith('navy', 'lime');
    const expected = [...to.images, from.images[0]];
    await call('PATCH', `/images/${from.images[0]}`, { product: to.id });
    const ids = async () => (await shared.origin.catalog.product(to.id))?.images.map((image) => image.id);
    expect(await ids()).toEqual(expected);
    expected.push((await uploadPhoto(shared.origin.url, to.id, await photo('gold'))).body.id);
    expect(await ids()).toEqual(expected);
    expect(await shared.storedOrder(to.id)).toEqual(expected);
  });

  test('a product deleted with images=keep leaves them; deleted after, they are gone', async () => {
    const { id, images } = await productWith('purple');
    expect((await call('DELETE', `/products/${id}?images=keep`)).status).toBe(200);
    expect((await unused()).map((image) => image.id)).toContain(images[0]);
    expect((await call('PUT', `/images/${images[0]}/photo`)).status).toBe(409);
    expect((await call('DELETE', `/images/${images[0]}`)).status).toBe(200);
    expect((await unused()).map((image) => image.id)).not.toContain(images[0]);
  });
});

test('a product at the desk tells what was uploaded, and how many edges have it', async () => {
  const { id, images } = await productWith('black');
  const product = (await (await call('GET', `/products/${id}`)).json()) as AdminProduct;
  const sourceBytes = (await photo('black')).length;
  expect(product.images[0]).toMatchObject({ sourceBytes, edges: { holding: 0, of: 0 }, productId: id });
  expect(await (await call('GET', `/products/${id}/edges`)).json()).toEqual({
    images: [{ id: images[0], edges: { holding: 0, of: 0 } }],
  });
});

test('every field that is not right is named, in words', async () => {
  const answer = await call('POST', '/products', { title: '', priceCents: 1.5, currency: 'eur' });
  expect((await problemOf(answer)).errors).toEqual([
    { field: 'title', detail: 'must not be empty' },
    { field: 'priceCents', detail: 'must be a whole number of cents from 0 to 1,000,000,000' },
    { field: 'currency', detail: 'must be three capital letters (ISO 4217), such as EUR' },
  ]);
});

test('GET /admin/limits tells what is taken, before it is sent', async () => {
  const limits = (await (await call('GET', '/limits')).json()) as AdminLimits;
  expect(limits.photo.maxBytes).toBe(25 * 1_048_576);
  expect(limits.photo.types).toContain('image/jpeg');
});
