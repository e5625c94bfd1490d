import { expect, it } from 'vitest';
import { ruleFor } from '../../../storefront/src/worker/asset-rules.ts';

const SHOP = 'https://shop.example';
const ID = '0123456789abcdef01234567';
const kindOf = (url: string, mode = 'cors', method = 'GET') => ruleFor({ url, mode, method }, SHOP).kind;

it('an image is kept by id and rendition, whatever edge it came from', () => {
  const keys = [SHOP, 'http://edge-1:8081', 'https://edge-2.example/cdn'].map((base) =>
    ruleFor({ url: `${base}/images/${ID}/640.avif`, mode: 'no-cors', method: 'GET' }, SHOP),
  );
  expect(new Set(keys.map((rule) => rule.kind === 'image' && rule.key)).size).toBe(1);
});

it.each([
  '/admin/products',
  '/desk',
  '/swarm',
  '/fleet',
  '/trace',
  '/feed',
  '/status',
  '/api/edges',
  '/sw.js',
])('the worker keeps out of %s', (path) => {
  expect(kindOf(SHOP + path)).toBe('pass');
  expect(kindOf(SHOP + path, 'navigate')).toBe('pass');
});

it('a signature, another size, or a method that writes is nothing to keep', () => {
  expect(kindOf(`${SHOP}/images/${ID}/640.avif?sig=1`)).toBe('pass');
  expect(kindOf(`${SHOP}/images/${ID}?w=640`)).toBe('pass');
  expect(kindOf(`${SHOP}/api/products`, 'cors', 'POST')).toBe('pass');
});

it('products and pages ask the network first, and each page is kept once', () => {
  expect(kindOf(`${SHOP}/api/products`)).toBe('products');
  expect(kindOf(`${SHOP}/api/products/abc`)).toBe('products');
  for (const path of ['/', '/product/abc', '/checkout']) expect(kindOf(SHOP + path, 'navigate')).toBe('page');
  expect(ruleFor({ url: `${SHOP}/?q=x`, mode: 'navigate', method: 'GET' }, SHOP)).toMatchObject({
    key: `${SHOP}/`,
  });
  expect(kindOf('https://elsewhere.example/api/products')).toBe('pass');
});
