import { expect, it } from 'vitest';
import { checkOrder, EMPTY_ANSWERS, LONGEST } from '../../../storefront/src/checkout/check-order.ts';

const GOOD = {
  name: 'Ane Etxeberria',
  email: 'ane@example.com',
  street: 'Kale Nagusia 1',
  postcode: '48001',
  city: 'Bilbo',
};

it('takes what is right, and asks for what is missing', () => {
  expect(checkOrder(GOOD)).toEqual({});
  expect(Object.keys(checkOrder(EMPTY_ANSWERS))).toEqual(['name', 'email', 'street', 'postcode', 'city']);
  expect(Object.keys(checkOrder({ ...GOOD, name: '   ' }))).toEqual(['name']);
});

it.each(['ane', 'ane@', '@example.com', 'ane@example', 'a b@example.com', 'a@b@c.de', 'ane@example.'])(
  '%s is no e-mail address',
  (email) => expect(Object.keys(checkOrder({ ...GOOD, email }))).toEqual(['email']),
);

it.each(['SW1A 1AA', '1012 AB', '00-950', '123'])('%s is a postcode somewhere', (postcode) =>
  expect(checkOrder({ ...GOOD, postcode })).toEqual({}),
);

it.each(['--', 'none', '<b>1', '1  2'])('%s is none', (postcode) =>
  expect(Object.keys(checkOrder({ ...GOOD, postcode }))).toEqual(['postcode']),
);

it('nothing is endless', () => {
  expect(checkOrder({ ...GOOD, name: 'n'.repeat(LONGEST.name + 1) }).name).toContain('longer than 100');
});
