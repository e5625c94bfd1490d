import { describe, expect, test } from 'vitest';
import { MAX_PAD_BYTES, parseImageRoute } from '../../../shared/http/route.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

const ID = '0123456789abcdef01234567';

describe('addresses of images', () => {
  test.each([
    [`/images/${ID}/640.avif`, { type: 'named', imageId: ID, name: '640.avif' }],
    [`/images/${ID}/640.avif?w=1&cb=2`, { type: 'named', imageId: ID, name: '640.avif' }],
    [`/images/${ID}/%36%340.avif`, { type: 'named', imageId: ID, name: '640.avif' }],
    [`http://evil.example/images/${ID}/640.avif`, { type: 'named', imageId: ID, name: '640.avif' }],
    [`/images/${ID}`, { type: 'negotiated', imageId: ID, query: '' }],
    [`/images/${ID}/${'a'.repeat(64)}`, { type: 'named', imageId: ID, name: 'a'.repeat(64) }],
    [`/images/%30${ID.slice(1)}`, { type: 'negotiated', imageId: ID, query: '' }],
    [`/images/${ID}?`, { type: 'negotiated', imageId: ID, query: '' }],
    [`/images/${ID}?%2f%00`, { type: 'negotiated', imageId: ID, query: '%2f%00' }],
    [`HTTPS://me@edge:1/images/${ID}?w=1`, { type: 'negotiated', imageId: ID, query: 'w=1' }],
    [`/images/${ID}/.pad/5?x`, { type: 'pad', imageId: ID, lengthBytes: 5 }],
    [`/images/${ID}?w=640&a=/../x?y`, { type: 'negotiated', imageId: ID, query: 'w=640&a=/../x?y' }],
    [`/images/${ID}/.pad/1`, { type: 'pad', imageId: ID, lengthBytes: 1 }],
    [`/images/${ID}/.pad/${MAX_PAD_BYTES}`, { type: 'pad', imageId: ID, lengthBytes: MAX_PAD_BYTES }],
  ])('%s', (target, route) => {
    expect(parseImageRoute(target)).toEqual(route);
  });

  test.each([
    '/',
    '/imagesx',
    '/image',
    '/Images/x',
    '//images/x',
    '/api/products',
    '*',
    '',
    'ftp://h/images/x',
    '/%69mages/x',
    '/images;x/y',
    '/images#x',
    '/images%2fx',
    '/./images/x',
    '/x/../images/y',
    'http://edge',
    'http://edge?/images/x',
    `http://edge#/images/${ID}`,
    'images/x',
    ` /images/${ID}`,
  ])('%s is another handler’s', (target) => {
    expect(parseImageRoute(target)).toBeUndefined();
  });
});

test('the longest pad is one byte short of 16 MiB', () => {
  expect(MAX_PAD_BYTES).toBe(16_777_215);
});

describe('threat row 40: path tricks', () => {
  test.each([
    '/images',
    '/images/',
    `/images/${ID}/`,
    `/images/${ID}//640.avif`,
    `/images//${ID}/640.avif`,
    `/images/${ID}/640.avif/`,
    `/images/${ID}/640.avif/x.css`,
    `/images/${ID}/..;/640.avif`,
    `/images/${ID}/..`,
    `/images/${ID}/../${ID}`,
    `/images/../admin/products`,
    `/images/${ID}/%2e%2e`,
    `/images/${ID}%2f640.avif`,
    `/images/${ID}/640.avif%2f`,
    `/images/${ID}/640%252eavif`,
    `/images/${ID}/640.avif%00`,
    `/images/${ID}/640.avif%0d%0a`,
    `/images/${ID}/640.avif;x=1`,
    `/images/${ID}/640.avif#x`,
    `/images/${ID}/640.avif%`,
    `/images/${ID}/640.avif%ff`,
    `/images/${ID}/.hidden`,
    '/images?w=1',
    `/images/${ID}/?w=1`,
    `/images/${ID}%3fw=1`,
    `/images/${ID};x`,
    `/images/${ID}/..%2f${ID}`,
    `/images/..;/images/${ID}`,
    `/images/..%2f..%2fadmin`,
    `/images/%252e%252e/${ID}`,
    `/images/${ID}/%2e%2e%2fadmin`,
    `/images/${ID}/640%2eavif%2fx`,
    `/images/${ID}/%255c`,
    `/images/${ID}/%5c640.avif`,
    `/images/${ID}/640.avif%3fx`,
    `/images/${ID}/640.avif%23x`,
    `/images/${ID}/640.avif%20`,
    `/images/${ID}/640 .avif`,
    `/images/${ID}/640.avif\n`,
    `/images/${ID}\n`,
    `/images/${ID}/%c0%af`,
    `/images/${ID}/％36`,
    `/images/${ID}/-640.avif`,
    `/images/${ID}/_640.avif`,
    `/images/${ID}/.pad/`,
    `/images/${ID}/.pad/1/`,
    `/images/${ID}/.pad/%201`,
    `/images/${ID}/.pad/1.0`,
    `/images/${ID}/.pad/+1`,
    `/images/${ID}/.pad/99999999999999999999`,
    `/images/${ID}/.PAD/1`,
    `/images/${ID}/pad/1`,
    `/images/__proto__/640.avif`,
    `/images/${ID}/.pad`,
    `/images/${ID}\\640.avif`,
    `/images/${ID.toUpperCase()}/640.avif`,
    `/images/${ID.slice(1)}/640.avif`,
    `/images/${ID}0/640.avif`,
    `/images/${ID}/${'a'.repeat(65)}`,
    `/images/${ID}/.pad/0`,
    `/images/${ID}/.pad/01`,
    `/images/${ID}/.pad/-1`,
    `/images/${ID}/.pad/1e3`,
    `/images/${ID}/.pad/${MAX_PAD_BYTES + 1}`,
    `/images/${ID}/.pad/1/2`,
  ])('%s does not exist', (target) => {
    expect(parseImageRoute(target)).toEqual({ type: 'unknown' });
  });

  test('random paths are unknown, or exactly what the grammar says', () => {
    const pieces = [
      '/',
      '/images/',
      ID,
      '640.avif',
      '.pad',
      '%2f',
      '%2e',
      '..',
      ';',
      '?',
      '#',
      '%25',
      '%',
      '\\',
      '12',
    ];
    forRandomInputs(30_000, (random) => {
      const target = `/images/${random.integer(2) === 0 ? ID : ''}${jumble(random, pieces, 6)}`;
      const route = parseImageRoute(target);
      if (route === undefined || route.type === 'unknown') return;
      const path = target.split('?', 1)[0]!;
      const decoded = decodeURIComponent(path);
      const shape = {
        named: /^\/images\/[0-9a-f]{24}\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        negotiated: /^\/images\/[0-9a-f]{24}$/,
        pad: /^\/images\/[0-9a-f]{24}\/\.pad\/[1-9]\d*$/,
      }[route.type];
      // Decoding must not have moved a slash: the raw path has as many.
      if (!shape.test(decoded) || path.split('/').length !== decoded.split('/').length)
        throw new Error(target);
    });
  });
});
