import fc from 'fast-check';
import { expect, it } from 'vitest';
import { productPath } from '../../shared/http/shop-paths.ts';
import { parseRoute } from '../../storefront/src/route.ts';

it('knows the shop and the product page', () => {
  expect(parseRoute('/')).toEqual({ kind: 'shop' });
  expect(parseRoute('/product/p1')).toEqual({ kind: 'product', id: 'p1' });
  expect(parseRoute('/product/p1/')).toEqual({ kind: 'product', id: 'p1' });
});

it.each(['/x', '/product', '/product/', '/product/a/b', '/product/%E0%A4%A'])('%s is unknown', (path) => {
  expect(parseRoute(path)).toEqual({ kind: 'unknown' });
});

it('every id comes back from its path', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
      expect(parseRoute(productPath(id))).toEqual({ kind: 'product', id });
    }),
  );
});
