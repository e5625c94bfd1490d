import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProduct, parseProductList } from '../../../storefront/src/catalog/shop-product.ts';

const IMAGE = {
  id: '0123456789abcdef01234567',
  width: 3,
  height: 2,
  placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  alt: 'A bowl',
  renditions: [{ name: '640.avif', width: 640, type: 'image/avif' }],
};
const PRODUCT = {
  id: 'p1',
  title: 'Bowl',
  description: 'Red.',
  priceCents: 6800,
  currency: 'EUR',
  category: 'Kitchen',
  images: [IMAGE],
};

describe('the catalog, read from outside', () => {
  it('keeps what the shop shows', () => {
    expect(parseProductList({ products: [{ ...PRODUCT, magnet: 'x' }] })).toEqual([PRODUCT]);
  });

  it.each([
    ['no id', { id: '' }],
    ['a number for a title', { title: 5 }],
    ['a negative price', { priceCents: -1 }],
    ['half a cent', { priceCents: 0.5 }],
    ['a currency that Intl would throw at', { currency: 'euro' }],
  ])('a product with %s is left out and hides no other', (_, fields) => {
    expect(parseProductList({ products: [{ ...PRODUCT, ...fields }, PRODUCT, null] })).toEqual([PRODUCT]);
  });

  it.each([
    ['an id that is no image id', { id: '../../admin' }],
    ['no pixels', { width: 0 }],
    ['no renditions', { renditions: [] }],
    ['a rendition of another name', { renditions: [{ name: '../x', width: 1, type: 'image/avif' }] }],
    ['a rendition of another type', { renditions: [{ name: '1.avif', width: 1, type: 'image/svg+xml' }] }],
  ])('an image with %s is left out', (_, fields) => {
    expect(parseProduct({ ...PRODUCT, images: [{ ...IMAGE, ...fields }] })?.images).toEqual([]);
  });

  it('nothing that JSON can say makes it throw', () => {
    for (const answer of [null, 5, [], {}, { products: {} }])
      expect(parseProductList(answer)).toBeUndefined();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(PRODUCT)), fc.jsonValue(), (key, value) => {
        parseProductList({ products: [{ ...PRODUCT, [key]: value }] });
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(IMAGE)), fc.jsonValue(), (key, value) => {
        parseProductList({ products: [{ ...PRODUCT, images: [{ ...IMAGE, [key]: value }] }] });
      }),
    );
  });
});
