import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Bag,
  itemCount,
  parseBag,
  quantityOf,
  totals,
  withQuantity,
} from '../../../storefront/src/bag/bag.ts';

const BAG: Bag = [
  { productId: 'a', quantity: 2 },
  { productId: 'b', quantity: 1 },
];

it('adds, changes and takes out', () => {
  expect(withQuantity([], 'a', 1)).toEqual([{ productId: 'a', quantity: 1 }]);
  expect(quantityOf(withQuantity(BAG, 'a', 5), 'a')).toBe(5);
  expect(withQuantity(BAG, 'a', 0)).toEqual([{ productId: 'b', quantity: 1 }]);
  expect(itemCount(BAG)).toBe(3);
});

it('a quantity stays between nothing and 99', () => {
  expect(quantityOf(withQuantity(BAG, 'a', 1_000), 'a')).toBe(99);
  expect(withQuantity(BAG, 'a', -3)).toHaveLength(1);
});

it('one total per currency; what is no longer sold costs nothing', () => {
  const products = [
    { id: 'a', priceCents: 150, currency: 'EUR' },
    { id: 'b', priceCents: 400, currency: 'USD' },
  ];
  expect(totals([...BAG, { productId: 'gone', quantity: 9 }], products)).toEqual([
    { currency: 'EUR', priceCents: 300 },
    { currency: 'USD', priceCents: 400 },
  ]);
});

it('comes back from storage, and whatever else is there is dropped', () => {
  expect(parseBag(JSON.stringify(BAG))).toEqual(BAG);
  for (const text of [null, '', '{', '5', '{}', '[null,5,{"productId":1,"quantity":1}]'])
    expect(parseBag(text)).toEqual([]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const line of parseBag(JSON.stringify(value))) expect(line.quantity).toBeGreaterThan(0);
    }),
  );
});
