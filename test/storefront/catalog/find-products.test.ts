import { expect, it } from 'vitest';
import { findProducts, parseProductOrder } from '../../../storefront/src/catalog/find-products.ts';
import { formatPrice } from '../../../storefront/src/catalog/money.ts';
import type { ShopProduct } from '../../../storefront/src/catalog/shop-product.ts';

const product = (title: string, priceCents: number, description = ''): ShopProduct => ({
  id: title,
  title,
  description,
  priceCents,
  currency: 'EUR',
  images: [],
});
const ALL = [product('Café table', 900), product('Bowl 10', 100, 'Red lacquer'), product('Bowl 9', 100)];
const titles = (products: readonly ShopProduct[]) => products.map(({ title }) => title);

it('finds every word in title or description, without regard to case, accents or order', () => {
  expect(titles(findProducts(ALL, 'cafe', 'featured'))).toEqual(['Café table']);
  expect(titles(findProducts(ALL, ' RED  bowl ', 'featured'))).toEqual(['Bowl 10']);
  expect(titles(findProducts(ALL, 'red chair', 'featured'))).toEqual([]);
  expect(titles(findProducts(ALL, '.*', 'featured'))).toEqual([]);
});

it('an empty search in featured order is the list itself', () => {
  expect(findProducts(ALL, '  ', 'featured')).toBe(ALL);
});

it('orders by price, ties by name, and never changes the list it got', () => {
  expect(titles(findProducts(ALL, '', 'price-up'))).toEqual(['Bowl 9', 'Bowl 10', 'Café table']);
  expect(titles(findProducts(ALL, '', 'price-down'))).toEqual(['Café table', 'Bowl 9', 'Bowl 10']);
  expect(titles(findProducts(ALL, '', 'title'))).toEqual(['Bowl 9', 'Bowl 10', 'Café table']);
  expect(titles(ALL)).toEqual(['Café table', 'Bowl 10', 'Bowl 9']);
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
