import { describe, expect, it } from 'vitest';
import type { RenditionType } from '../../../shared/api-types/catalog.ts';
import { pictureSources } from '../../../shared/http/picture-sources.ts';

const rendition = (name: string, type: RenditionType) => ({ name, type });
const JPEGS = [320, 160, 1280, 640].map((width) => rendition(`${width}.jpg`, 'image/jpeg'));
const MODERN = [
  rendition('160.webp', 'image/webp'),
  rendition('160.avif', 'image/avif'),
  rendition('320.avif', 'image/avif'),
];

describe('picture sources', () => {
  it('AVIF, then WebP, then JPEG in the img, each with its widths in rising order', () => {
    expect(pictureSources('http://e', { id: 'x', renditions: [...JPEGS, ...MODERN] })).toEqual({
      sources: [
        { type: 'image/avif', srcset: 'http://e/images/x/160.avif 160w, http://e/images/x/320.avif 320w' },
        { type: 'image/webp', srcset: 'http://e/images/x/160.webp 160w' },
      ],
      src: 'http://e/images/x/640.jpg',
      srcset: [160, 320, 640, 1280].map((width) => `http://e/images/x/${width}.jpg ${width}w`).join(', '),
    });
  });

  it('every source lies at the one node that was asked for', () => {
    const sources = pictureSources('http://e', { id: 'x', renditions: [...JPEGS, ...MODERN] })!;
    const urls = [sources.src, sources.srcset, ...sources.sources.map(({ srcset }) => srcset)].flatMap(
      (text) => text.split(', '),
    );
    expect(urls.filter((url) => !url.startsWith('http://e/images/x/'))).toEqual([]);
  });

  it('a small image falls back to its largest JPEG', () => {
    expect(pictureSources('', { id: 'x', renditions: JPEGS.slice(0, 2) })?.src).toBe('/images/x/320.jpg');
  });

  it('JPEG only leaves the modern formats out', () => {
    const image = { id: 'x', renditions: [...JPEGS, ...MODERN] };
    expect(pictureSources('', image, { jpegOnly: true })?.sources).toEqual([]);
  });

  it('an image without JPEG still shows, one without renditions has no sources', () => {
    expect(pictureSources('', { id: 'x', renditions: MODERN })?.src).toBe('/images/x/160.webp');
    expect(pictureSources('', { id: 'x', renditions: [] })).toBeUndefined();
  });

  it.each(['../640.avif', '640.avif?x', '640.svg', '0640.avif', '640.AVIF', '640'])(
    'no URL is made of %s',
    (name) => {
      expect(pictureSources('', { id: 'x', renditions: [rendition(name, 'image/jpeg')] })).toBeUndefined();
    },
  );
});
