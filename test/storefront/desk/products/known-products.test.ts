import { describe, expect, test } from 'vitest';
import type { Image, Product } from '../../../../shared/api-types/catalog.ts';
import { KnownProducts } from '../../../../storefront/src/desk/products/known-products.ts';

const image = (id: string, alt = '') => ({ id, alt }) as unknown as Image;
const product = (id: string, ...images: string[]) =>
  ({ id, title: id, images: images.map((name) => image(name)) }) as unknown as Product;

function known(...products: Product[]): KnownProducts {
  const made = new KnownProducts();
  made.state.set({ kind: 'ready', products });
  return made;
}

/** `p: a b, q: c` */
const shown = ({ products }: KnownProducts) =>
  products.map(({ id, images }) => [`${id}:`, ...images.map((each) => each.id)].join(' ')).join(', ');

test('before products are loaded there are none, and nothing is put beside what loads', () => {
  const made = new KnownProducts();
  made.put(product('p'));
  expect(made.addImage('p', image('a'))).toBe(false);
  expect(made.state.get()).toEqual({ kind: 'loading' });
  expect(made.products).toEqual([]);
});

test('a product that the origin tells of replaces what was known of it; a new one is the last', () => {
  const made = known(product('p', 'a'), product('q'));
  made.put(product('p', 'b'));
  made.put(product('r'));
  expect(shown(made)).toBe('p: b, q:, r:');
  made.drop('q');
  expect(shown(made)).toBe('p: b, r:');
});

test('orders: what is not named comes after, as it was', () => {
  const made = known(product('p', 'a', 'b', 'c'), product('q'), product('r'));
  made.order(['r', 'p']);
  made.orderImages('p', ['c', 'a']);
  expect(shown(made)).toBe('r:, p: c a b, q:');
});

describe('images', () => {
  test('one that became ready comes to its product once', () => {
    const made = known(product('p', 'a'), product('q'));
    expect(['b', 'b', 'a'].map((id) => made.addImage('p', image(id)))).toEqual([true, false, false]);
    expect(made.addImage('unknown', image('b'))).toBe(false);
    expect(shown(made)).toBe('p: a b, q:');
  });

  test('words change it where it stands; one that is gone is gone from its product', () => {
    const made = known(product('p', 'a', 'b'), product('q', 'c'));
    made.putImage(image('b', 'a cup'));
    expect(made.product('p')?.images).toEqual([image('a'), image('b', 'a cup')]);
    made.dropImage('c');
    expect(shown(made)).toBe('p: a b, q:');
  });

  test('what is learnt of one leaves what is known of others, until the session ends', () => {
    const made = known();
    const [first, second] = [
      { sourceBytes: 5, edges: undefined },
      { sourceBytes: 7, edges: undefined },
    ];
    made.learn([['a', first]]);
    made.learn([['b', second]]);
    expect([...made.facts.get()]).toEqual([
      ['a', first],
      ['b', second],
    ]);
    made.forget();
    expect([made.facts.get().size, made.state.get().kind]).toEqual([0, 'loading']);
  });
});
