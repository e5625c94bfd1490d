import { describe, expect, test } from 'vitest';
import type { RenditionType } from '../../../shared/api-types/catalog.ts';
import { namesType, preferredTypes } from '../../../shared/http/accept.ts';
import { shuffle } from '../../../shared/random.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

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
    ['image/avif;q=2, image/avif;q=0.5', 'image/avif'],
    ['image/avif;q=0.2, image/webp;q=0.5, image/avif;q=0.8', 'image/avif'],
    ['image/avif;level=1;q=0.1, image/webp;q=0.2', 'image/webp'],
    ['image/avif;Q=0.1, image/webp;q=0.2', 'image/webp'],
    ['image/avif; q = 0.1 , image/webp;q=0.2', 'image/webp'],
    ['image/avif;q=0.1;q=1, image/webp;q=0.2', 'image/webp'],
    ['image/avif;q=0., image/webp;q=0.001', 'image/webp'],
    ['image/avif;q=1., image/jpeg;q=0.9', 'image/avif'],
    ['image/avif;q=.9', 'image/jpeg'],
    ['image/avif;q="1", image/webp;q=0.1', 'image/webp'],
    ['image/avif;quality=0', 'image/avif'],
    ['image/avif;x="\\",image/webp;q=1";q=0.1, image/jpeg;q=0.2', 'image/jpeg'],
    ['image/avif;x="a;q=0.1", image/jpeg', 'image/avif'],
    ['image/webp, image/avif;x="open, image/avif', 'image/avif'],
    [',;, ,image/webp,;q=1', 'image/webp'],
  ])('%s', (accept, type) => {
    expect(first(accept)).toBe(type);
  });

  test('the order of types does not count (vary-normalise-lang-order)', () => {
    expect(preferredTypes('image/webp, image/avif')).toEqual(preferredTypes('image/avif,image/webp'));
  });

  test.each([
    [
      'by name before image/* before */*',
      'image/jpeg;q=0.1, image/*;q=0.9, */*, image/webp;q=0.5',
      'image/webp',
    ],
    ['image/* before */*, whatever comes first', '*/*, image/webp;q=0.5, image/*;q=0.1', 'image/webp'],
    ['image/* before */* also when it is more', '*/*;q=0.1, image/webp;q=0.5, image/*;q=0.9', 'image/jpeg'],
  ])('the most specific range counts (RFC 9110 section 12.5.1): %s', (_rule, accept, type) => {
    expect(first(accept)).toBe(type);
  });

  test('all that may be sent, best first', () => {
    expect(preferredTypes('image/avif;q=0.2, image/webp;q=0.3, image/jpeg;q=0.1')).toEqual([
      'image/webp',
      'image/avif',
      'image/jpeg',
    ]);
    expect(preferredTypes('image/avif, image/webp, */*')).toEqual(['image/avif', 'image/webp', 'image/jpeg']);
    expect(preferredTypes('image/webp;q=0, */*')).toEqual(['image/jpeg']);
  });

  test('vary-normalise-space: blanks do not count', () => {
    expect(preferredTypes(' image/webp ; q=0.5 ,\timage/avif;\tq=0.4')).toEqual(
      preferredTypes('image/webp;q=0.5,image/avif;q=0.4'),
    );
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

test('weights decide as the section says; order, case, blanks and other types never do', () => {
  const types: readonly RenditionType[] = ['image/avif', 'image/webp', 'image/jpeg'];
  const ranges = [...types, 'image/*', '*/*'];
  const others = [
    'image/png',
    'text/html;q=0.9',
    'image/avif-sequence',
    'video/*;q=0.8',
    'image/apng;q=x',
    '',
  ];
  forRandomInputs(20_000, (random) => {
    const members = ranges
      .filter(() => random.integer(3) > 0)
      .map((range) => ({ range, quality: random.integer(1001) / 1000 }));
    const qualityOf = (range: string) => members.find((member) => member.range === range)?.quality;
    const wanted = types
      .map((type) => {
        const byWildcard = type === 'image/jpeg' ? (qualityOf('image/*') ?? qualityOf('*/*')) : 0;
        return { type, quality: qualityOf(type) ?? byWildcard ?? 0 };
      })
      .filter(({ quality }) => quality > 0)
      .sort((a, b) => b.quality - a.quality)
      .map(({ type }) => type);
    const blank = () => pick(random, ['', ' ', '\t']);
    const words = members.map(({ range, quality }) => {
      const cased = random.integer(2) === 0 ? range : range.toUpperCase();
      return `${blank()}${cased}${blank()};${blank()}q=${quality}${blank()}`;
    });
    for (let i = random.integer(4); i > 0; i--) words.push(pick(random, others));
    const accept = shuffle(words, random).join(',');
    const given = preferredTypes(accept);
    if (wanted.length > 0) expect(given, accept).toEqual(wanted);
    else expect(['image/jpeg', 'image/webp'], accept).toContain(given.join());
    for (const type of types) expect(namesType(accept, type), accept).toBe((qualityOf(type) ?? 0) > 0);
  });
});

test('a field longer than any browser’s is not read', () => {
  const field = (length: number) => 'image/avif'.padEnd(length, ',');
  expect([first(field(2048)), first(field(2049))]).toEqual(['image/avif', 'image/jpeg']);
  expect(namesType(field(2048), 'image/avif')).toBe(true);
  expect(namesType(field(2049), 'image/avif')).toBe(false);
  expect(namesType(undefined, 'image/jpeg')).toBe(false);
  expect(first(`${'text/html,'.repeat(1000)}image/avif`)).toBe('image/jpeg');
});
