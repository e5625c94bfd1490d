import { expect, it } from 'vitest';
import { sizesInBox } from '../../../shared/http/box-sizes.ts';

const BOXES = [{ when: '(min-width: 700px)', width: '300px' }, { width: 'calc(50vw - 8px)' }];

it('an image of the shape of its box is drawn at the width of the box', () => {
  expect(sizesInBox(BOXES, 'cover', 1, 1)).toBe('(min-width: 700px) 300px, calc(50vw - 8px)');
});

it('cover draws a wider image wider than the box, and a taller one as wide', () => {
  expect(sizesInBox(BOXES, 'cover', 1, 1.5)).toBe(
    '(min-width: 700px) calc(300px * 1.5), calc(calc(50vw - 8px) * 1.5)',
  );
  expect(sizesInBox([{ width: '72px' }], 'cover', 1, 0.5)).toBe('72px');
});

it('contain draws a taller image narrower than the box, and a wider one as wide', () => {
  expect(sizesInBox([{ width: '600px' }], 'contain', 1.5, 0.75)).toBe('calc(600px * 0.5)');
  expect(sizesInBox([{ width: '600px' }], 'contain', 1.5, 3)).toBe('600px');
});

it('a box may have a shape of its own on some screens, and be content with fewer pixels', () => {
  const boxes = [
    { when: '(min-width: 700px)', width: '300px' },
    { width: '100vw', aspect: 1.5, enough: 0.75 },
  ];
  expect(sizesInBox(boxes, 'cover', 1, 1.5)).toBe('(min-width: 700px) calc(300px * 1.5), calc(100vw * 0.75)');
});
