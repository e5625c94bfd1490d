import { expect, it } from 'vitest';
import { imageUrl } from '../../../shared/http/image-url.ts';

const choice = { width: 640, format: 'avif' } as const;

it('names a rendition at a node', () => {
  expect(imageUrl('http://edge:8081', 'ab12', choice)).toBe('http://edge:8081/images/ab12/640.avif');
});

it('takes a base with trailing slashes, with a path, or none', () => {
  expect(imageUrl('http://edge/', 'ab12', choice)).toBe('http://edge/images/ab12/640.avif');
  expect(imageUrl('http://edge/cdn//', 'ab12', choice)).toBe('http://edge/cdn/images/ab12/640.avif');
  expect(imageUrl('', 'ab12', { width: 160, format: 'jpg' })).toBe('/images/ab12/160.jpg');
});

it('an id can never leave its segment of the path', () => {
  expect(imageUrl('', '../x?y#z', choice)).toBe('/images/..%2Fx%3Fy%23z/640.avif');
});
