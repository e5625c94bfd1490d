import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, moved, placeByKey } from '../../../../storefront/src/desk/order/moved.ts';

test('an item goes to its place, and an end is as far as it goes', () => {
  const move = (from: number, to: number) => moved([...'abcd'], from, to).join('');
  expect(move(0, 2)).toBe('bcad');
  expect(move(3, 1)).toBe('adbc');
  expect(move(1, 99)).toBe('acdb');
  expect(move(2, -1)).toBe('cabd');
});

test('what does not move is the same list', () => {
  const list = ['a', 'b'];
  expect(moved(list, 0, -1)).toBe(list);
  expect(moved(list, 7, 0)).toBe(list);
  expect(moved([], 0, 0)).toEqual([]);
});

test('no move loses or doubles an item', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer()),
      fc.integer({ min: -3, max: 30 }),
      fc.nat(30),
      (list, to, from) => {
        expect([...moved(list, from, to)].sort()).toEqual([...list].sort());
      },
    ),
  );
});

test('arrow keys move by one, Home and End to the ends; left and right only in a grid', () => {
  expect(placeByKey('ArrowUp', 2, 5, false)).toBe(1);
  expect(placeByKey('ArrowDown', 2, 5, false)).toBe(3);
  expect(placeByKey('ArrowLeft', 2, 5, false)).toBeUndefined();
  expect(placeByKey('ArrowRight', 2, 5, true)).toBe(3);
  expect(placeByKey('Home', 2, 5, true)).toBe(0);
  expect(placeByKey('End', 2, 5, true)).toBe(4);
  expect(placeByKey('Enter', 2, 5, true)).toBeUndefined();
});

test('named items come first; unknown names are left out', () => {
  const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  expect(inOrder(items, ['c', 'x', 'a']).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});
