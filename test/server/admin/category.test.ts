/** The shelf a product stands on: set, changed and taken away by the admin API, and told to shops. */
import { expect, test } from 'vitest';
import { sharedOrigin } from '../support/shared-origin.ts';
import { AUTHORIZATION } from '../support/upload.ts';

const shared = sharedOrigin();
const FIELDS = { title: 'Cup', priceCents: 900, currency: 'EUR' };

const call = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${shared.origin.url}/admin/products${path}`, {
    method,
    headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as { readonly id: string; readonly category: string };
};

test('a product has the category it was given, until it is given another, or none', async () => {
  const product = await call('POST', '', { ...FIELDS, category: '  Kitchen ' });
  expect(product.category).toBe('Kitchen');
  await call('PATCH', `/${product.id}`, { title: 'Mug' });
  expect(await call('GET', `/${product.id}`)).toMatchObject({ title: 'Mug', category: 'Kitchen' });
  await call('PATCH', `/${product.id}`, { category: 'Table' });
  expect(await call('GET', `/${product.id}`)).toMatchObject({ category: 'Table' });
  await call('PATCH', `/${product.id}`, { category: '' });
  expect(await call('GET', `/${product.id}`)).toMatchObject({ category: '' });
});

test('without a category a product is in none', async () => {
  const product = await call('POST', '', FIELDS);
  expect(await call('GET', `/${product.id}`)).toMatchObject({ category: '' });
});

test.each([
  ['two lines', 'Kit\nchen'],
  ['a page', 'k'.repeat(61)],
  ['no text', 7],
])('a category of %s is refused', async (_name, category) => {
  const product = await call('POST', '', { ...FIELDS, category });
  expect(product).toMatchObject({ status: 422, code: 'body_invalid', errors: [{ field: 'category' }] });
});
