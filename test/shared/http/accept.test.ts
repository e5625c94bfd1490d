import { describe, expect, test } from 'vitest';
import { namesType, preferredTypes } from '../../../shared/http/accept.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

const first = (accept: string | undefined) => preferredTypes(accept)[0];

describe('what browsers send with an <img>', () => {
  test.each([
    ['Chrome 131', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/avif'],
    ['Firefox 133', 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'image/avif'],
    ['Firefox 90', 'image/webp,*/*', 'image/webp'],
    [
      'Safari 17',
      'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'image/avif',
    ],
    ['Safari 15', 'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5', 'image/webp'],
    ['Safari 13', 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5', 'image/jpeg'],
    ['curl', '*/*', 'image/jpeg'],
    ['none', undefined, 'image/jpeg'],
    ['empty', '', 'image/jpeg'],
  ])('%s', (_browser, accept, type) => {
    expect(first(accept)).toBe(type);
  });
});

describe('weights (RFC 9110 section 12.4.2)', () => {
  test.each([
    ['image/avif;q=0.5,image/webp', 'image/webp'],
    ['image/avif;q=0.5,*/*', 'image/jpeg'],
    ['image/avif;q=0,image/webp;q=0.001', 'image/webp'],
    ['image/avif;q=0, image/webp;q=0', 'image/jpeg'],
    ['IMAGE/AVIF ; Q=1.000', 'image/avif'],
    ['image/webp;profile="a,b;q=0"', 'image/webp'],
    ['image/avif;q=1.1, image/webp', 'image/webp'],
    ['image/avif;q=-1, image/webp', 'image/webp'],
    ['image/avif;q=0.1234, image/webp', 'image/webp'],
    ['image/avif;q=, image/webp', 'image/webp'],
    ['image/avifx, image/*', 'image/jpeg'],
    ['image/jpeg;q=0, */*', 'image/webp'],
    ['image/png', 'image/jpeg'],
    ['text/html', 'image/jpeg'],
    ['image/*;q=0, image/avif', 'image/avif'],
  ])('%s', (accept, type) => {
    expect(first(accept)).toBe(type);
  });

  test('the order of types does not count (vary-normalise-list-order)', () => {
    expect(preferredTypes('image/webp, image/avif')).toEqual(preferredTypes('image/avif,image/webp'));
  });

  test('a wildcard does not name a type', () => {
    expect(namesType('image/*', 'image/avif')).toBe(false);
    expect(namesType('image/avif;q=0', 'image/avif')).toBe(false);
    expect(namesType('image/avif', 'image/avif')).toBe(true);
  });
});

test('threat row 44: whatever Accept says, the first choice is one of three', () => {
  const pieces = [
    'image/avif',
    'image/webp',
    'image/jpeg',
    'image/*',
    '*/*',
    ',',
    ';',
    'q=0',
    'q=1',
    'q=0.5',
    '"',
    '\\',
    ' ',
  ];
  const seen = new Set<string | undefined>();
  forRandomInputs(20_000, (random) => {
    const accept = jumble(random, pieces, 16);
    const types = preferredTypes(accept);
    seen.add(types[0]);
    if (new Set(types).size !== types.length) throw new Error(`repeated for ${accept}`);
  });
  expect([...seen].sort()).toEqual(['image/avif', 'image/jpeg', 'image/webp']);
});

test('a field longer than any browser’s is not read', () => {
  expect(first(`${'text/html,'.repeat(1000)}image/avif`)).toBe('image/jpeg');
});
