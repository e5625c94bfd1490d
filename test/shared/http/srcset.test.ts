import { expect, it } from 'vitest';
import { srcsetsOf } from '../../../shared/http/srcset.ts';

const image = {
  id: 'ab12',
  renditions: [
    { name: '640.avif', type: 'image/avif' },
    { name: '320.avif', type: 'image/avif' },
    { name: '320.jpg', type: 'image/jpeg' },
    { name: '../evil.jpg', type: 'image/jpeg' },
  ],
} as const;

it('names every rung of a format with its width, the narrowest first, and nothing of another form', () => {
  expect(srcsetsOf('', image)).toEqual({
    'image/avif': '/images/ab12/320.avif 320w, /images/ab12/640.avif 640w',
    'image/jpeg': '/images/ab12/320.jpg 320w',
  });
});

it('stands below the base it is given', () => {
  expect(srcsetsOf('https://edge', image)['image/jpeg']).toBe('https://edge/images/ab12/320.jpg 320w');
});
