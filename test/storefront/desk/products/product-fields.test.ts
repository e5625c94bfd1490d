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
  const problems = problemsByField(
    [
      { field: 'title', detail: 'one' },
      { field: 'title', detail: 'two' },
      { field: 'tags.3', detail: 'three' },
      { field: 'elsewhere', detail: 'four' },
    ],
    undefined,
  );
  expect([...problems]).toEqual([
    ['title', 'one'],
    ['tags', 'three'],
    ['', 'four'],
  ]);
});

test('a price that is none is told in the units of the form, which knows no cents', () => {
  const detail = 'must be a whole number of cents from 0 to 1,000,000,000';
  const problems = problemsByField([{ field: 'priceCents', detail }], 1_000_000_000);
  expect(problems.get('price')).toBe('must be a number such as 49 or 49.90, from 0 to 10,000,000');
});
