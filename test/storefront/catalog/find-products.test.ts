import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPrice } from '../../../shared/money.ts';
import {
  categoriesOf,
  findProducts,
  PRODUCT_ORDERS,
  type ProductOrder,
  parseProductOrder,
  parseProductView,
  productViewPath,
} from '../../../storefront/src/catalog/find-products.ts';
import type { ShopProduct } from '../../../storefront/src/catalog/shop-product.ts';

const product = (title: string, priceCents: number, description = '', category = ''): ShopProduct => ({
  id: title,
  title,
  description,
  priceCents,
  currency: 'EUR',
  category,
  images: [],
});
const ALL = [
  product('Café table', 900, '', 'Furniture'),
  product('Bowl 10', 100, 'Red lacquer', 'Kitchen'),
  product('Bowl 9', 100),
];
const find = (search: string, order: ProductOrder, category = '') =>
  findProducts(ALL, { search, category, order });
const titles = (products: readonly ShopProduct[]) => products.map(({ title }) => title);

it('finds every word in title or description, without regard to case, accents or order', () => {
  expect(titles(find('cafe', 'featured'))).toEqual(['Café table']);
  expect(titles(find(' RED  bowl ', 'featured'))).toEqual(['Bowl 10']);
  expect(titles(find('red chair', 'featured'))).toEqual([]);
  expect(titles(find('.*', 'featured'))).toEqual([]);
});

it('an empty search in featured order is the list itself', () => {
  expect(find('  ', 'featured')).toEqual(ALL);
});

it('orders by price, ties by name, and never changes the list it got', () => {
  expect(titles(find('', 'price-up'))).toEqual(['Bowl 9', 'Bowl 10', 'Café table']);
  expect(titles(find('', 'price-down'))).toEqual(['Café table', 'Bowl 9', 'Bowl 10']);
  expect(titles(find('', 'title'))).toEqual(['Bowl 9', 'Bowl 10', 'Café table']);
  expect(titles(ALL)).toEqual(['Café table', 'Bowl 10', 'Bowl 9']);
});

it('a shelf holds only its own, and shelves stand in the order of their first products', () => {
  expect(titles(find('', 'featured', 'Kitchen'))).toEqual(['Bowl 10']);
  expect(find('cafe', 'featured', 'Kitchen')).toEqual([]);
  expect(categoriesOf(ALL)).toEqual(['Furniture', 'Kitchen']);
});

it('a view comes back from its address', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).map((text) => text.trim()),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...PRODUCT_ORDERS.map(({ order }) => order)),
      (search, category, order) => {
        const path = productViewPath({ search, category, order });
        expect(parseProductView(path.slice(1))).toEqual({ search, category, order });
      },
    ),
  );
});

it('an order unknown to the shop is the featured one', () => {
  expect(parseProductOrder('price-up')).toBe('price-up');
  expect(parseProductOrder('constructor')).toBe('featured');
  expect(parseProductOrder(null)).toBe('featured');
});

it('prices are written in their currency, without cents that are not there', () => {
  expect(formatPrice(6800, 'EUR', 'en')).toBe('€68');
  expect(formatPrice(4250, 'EUR', 'en')).toBe('€42.50');
});
