import { expect, test } from 'vitest';
import type { Rendition } from '../../../../shared/api-types/catalog.ts';
import { renditionSizes, savedByAvif } from '../../../../storefront/src/desk/images/savings.ts';

const rendition = (name: string, type: Rendition['type'], bytes: number) =>
  ({ name, type, bytes, width: Number.parseInt(name, 10) }) as Rendition;
const RENDITIONS = [
  rendition('320.avif', 'image/avif', 600),
  rendition('320.jpg', 'image/jpeg', 1_000),
  rendition('640.avif', 'image/avif', 2_400),
  rendition('640.jpg', 'image/jpeg', 2_000),
];

test('a rendition beside the JPEG of its width, and beside the upload', () => {
  const sizes = renditionSizes(RENDITIONS, 1_000).map((size) => [
    size.savedAgainstJpeg,
    size.savedAgainstUpload,
  ]);
  expect(sizes).toEqual([
    [40, 40],
    [undefined, 0],
    [-20, -140],
    [undefined, -100],
  ]);
});

test('an upload whose length is not known is not compared with', () => {
  expect(renditionSizes(RENDITIONS, null)[0]?.savedAgainstUpload).toBeUndefined();
});

test('the whole ladder, AVIF beside JPEG', () => {
  expect(savedByAvif(RENDITIONS)).toBe(0);
  expect(savedByAvif(RENDITIONS.slice(0, 1))).toBeUndefined();
});
