import { expect, test } from 'vitest';
import { deskProductPath, parseDeskRoute } from '../../../storefront/src/desk/desk-route.ts';

test.each([
  ['/desk', { kind: 'products' }],
  ['/desk/', { kind: 'products' }],
  ['/desk/new', { kind: 'new' }],
  ['/desk/unused', { kind: 'unused' }],
  ['/desk/product/ab12', { kind: 'product', id: 'ab12' }],
  ['/desk/product', { kind: 'unknown' }],
  ['/desk/new/more', { kind: 'unknown' }],
  ['/desk/product/a/b', { kind: 'unknown' }],
  ['/desk/product/%zz', { kind: 'product', id: '%zz' }],
  ['/elsewhere', { kind: 'unknown' }],
])('%s', (path, route) => {
  expect(parseDeskRoute(path)).toEqual(route);
});

test('the path of a product leads back to it, whatever its id', () => {
  for (const id of ['ab12', 'a/b?c#d', '<b>'])
    expect(parseDeskRoute(deskProductPath(id))).toEqual({ kind: 'product', id });
});
