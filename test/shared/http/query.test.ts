import { describe, expect, test } from 'vitest';
import { parseImageQuery } from '../../../shared/http/query.ts';
import { selectRendition } from '../../../shared/http/select-rendition.ts';
import { memorySource } from '../node/http/memory-source.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

const { published } = memorySource({ 160: 100, 320: 100, 640: 100, 1280: 100, 2048: 100 });
const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const chosen = (query: string, accept: string | undefined = undefined) =>
  selectRendition(published, parseImageQuery(query), accept)?.name;

describe('widths snap to the next larger rung (design section 3)', () => {
  test.each([
    ['', '640.jpg'],
    ['w=1', '160.jpg'],
    ['w=160', '160.jpg'],
    ['w=161', '320.jpg'],
    ['width=640', '640.jpg'],
    ['w=640.4', '640.jpg'],
    ['w=641', '1280.jpg'],
    ['w=4000', '2048.jpg'],
    ['w=320&dpr=2', '640.jpg'],
    ['w=321&dpr=2', '1280.jpg'],
    ['dpr=2', '1280.jpg'],
    ['h=427', '640.jpg'],
    ['w=300px', '320.jpg'],
    ['w=600&h=100', '160.jpg'],
    ['w=600&h=100&fit=cover', '640.jpg'],
    ['w=100&h=400&mode=crop', '640.jpg'],
    ['preset=thumbnail', '160.jpg'],
    ['preset=hero&w=300', '320.jpg'],
    ['w=160&w=2048', '160.jpg'],
  ])('%s -> %s', (query, name) => {
    expect(chosen(query)).toBe(name);
  });
});

test.each([
  'w=0',
  'w=-5',
  'w=NaN',
  'w=1e3',
  'w=99999',
  'w=',
  'w',
  'w=abc',
  'w=%',
  'w=0.5',
  'w=Infinity',
  'preset=__proto__',
  'fm=toString',
  'fm=gif',
  'dpr=0',
  'dpr=99',
  'x=1&utm_source=mail',
  '&&&=&',
])('%s is absurd or unknown: the default, never a 400', (query) => {
  expect(chosen(query)).toBe('640.jpg');
});

describe('formats', () => {
  test.each([
    ['fm=webp', undefined, '640.webp'],
    ['format=AVIF', undefined, '640.avif'],
    ['fm=jpg', CHROME, '640.jpg'],
    ['fm=pjpg', CHROME, '640.jpg'],
    ['auto=format', CHROME, '640.avif'],
    ['auto=format', 'image/webp,*/*', '640.webp'],
    ['auto=compress,format&fm=jpg', CHROME, '640.avif'],
    ['auto=format&fm=webp', '*/*', '640.webp'],
    ['auto=compress', CHROME, '640.avif'],
    ['fm=auto', CHROME, '640.avif'],
    ['q=1&quality=200', CHROME, '640.avif'],
  ])('%s for %s -> %s', (query, accept, name) => {
    expect(chosen(query, accept)).toBe(name);
  });

  test('an image that lacks the type gives the next one the client can show', () => {
    const poor = {
      ...published,
      renditions: published.renditions.filter(({ type }) => type !== 'image/avif'),
    };
    expect(selectRendition(poor, parseImageQuery('w=300'), CHROME)?.name).toBe('320.webp');
    expect(selectRendition(poor, parseImageQuery('fm=avif'), '*/*')?.name).toBe('640.jpg');
  });

  test('without a width, a small image gives the rung nearest to the default', () => {
    const small = { ...published, renditions: published.renditions.filter(({ width }) => width <= 320) };
    expect(selectRendition(small, parseImageQuery(''), undefined)?.name).toBe('320.jpg');
  });
});

test('the stock providers of unpic and Nuxt for imgix fit', () => {
  expect(chosen('w=800&h=600&fit=min&auto=format', CHROME)).toBe('1280.avif');
  expect(chosen('w=320&q=80&auto=format', CHROME)).toBe('320.avif');
});

test('threat row 40: random queries always choose one of the image’s renditions', () => {
  const pieces = [
    'w=',
    '&h=',
    '&width=',
    '&fm=',
    '&auto=',
    '&dpr=',
    '&',
    '1',
    '640',
    '%20',
    '%',
    'avif',
    'format',
    '+',
    '.',
    '-',
  ];
  const names = new Set(published.renditions.map(({ name }) => name));
  const seen = new Set<string>();
  forRandomInputs(20_000, (random) => {
    const query = jumble(random, pieces, 16);
    const name = chosen(query, jumble(random, ['image/avif', ',', '*/*', ';q=0'], 4));
    if (name === undefined || !names.has(name)) throw new Error(query);
    seen.add(name);
  });
  expect(seen.size).toBeGreaterThan(3);
});
