import { expect, test } from 'vitest';
import {
  bodyOf,
  EMPTY_FORM,
  problemsByField,
} from '../../../../storefront/src/desk/products/product-fields.ts';

test.each([
  ['49', 4_900],
  ['49.9', 4_990],
  ['49,90', 4_990],
  [' 0.29 ', 29],
  ['1.10', 110],
  ['0', 0],
  ['4.999', '4.999'],
  ['abc', 'abc'],
  ['-1', '-1'],
  ['', ''],
])('the price %s', (price, priceCents) => {
  expect(bodyOf({ ...EMPTY_FORM, price })).toMatchObject({ priceCents });
});

test('tags are parted by commas, and a currency is in capitals', () => {
  const body = bodyOf({ ...EMPTY_FORM, tags: ' spring, ,sale ', currency: 'usd ' });
  expect(body).toMatchObject({ tags: ['spring', 'sale'], currency: 'USD' });
});

test('problems stand at the field of the form; the first of each, and unknown ones at the form', () => {
  const problems = problemsByField([
    { field: 'priceCents', detail: 'one' },
    { field: 'priceCents', detail: 'two' },
    { field: 'tags.3', detail: 'three' },
    { field: 'elsewhere', detail: 'four' },
  ]);
  expect([...problems]).toEqual([
    ['price', 'one'],
    ['tags', 'three'],
    ['', 'four'],
  ]);
});
