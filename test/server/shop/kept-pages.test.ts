/** Pages as they went out last, compressed. */
import { expect, it } from 'vitest';
import { KeptPages } from '../../../server/shop/kept-pages.ts';

it('a page that says the same is compressed once', () => {
  const pages = new KeptPages();
  expect(pages.body('a page')).toBe(pages.body('a page'));
  expect(pages.body('a page')).not.toBe(pages.body('another'));
});

it('of many pages those asked for last are kept', () => {
  const pages = new KeptPages();
  const often = pages.body('often');
  const once = pages.body('once');
  for (let count = 0; count < 60; count++) {
    pages.body(`page ${count}`);
    expect(pages.body('often')).toBe(often);
  }
  expect(pages.body('once')).not.toBe(once);
});
