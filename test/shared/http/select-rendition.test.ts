import { describe, expect, test } from 'vitest';
import { shuffle } from '../../../shared/random.ts';
import { CHROME, chosen, published, selected } from './ladder.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

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
    ['preset=thumb', '160.jpg'],
    ['preset=small', '320.jpg'],
    ['preset=MEDIUM', '640.jpg'],
    ['preset=large', '1280.jpg'],
    ['preset=xlarge', '2048.jpg'],
    ['preset=hero', '2048.jpg'],
    ['preset=hero&w=300', '320.jpg'],
    ['preset=hero&h=100', '160.jpg'],
    ['preset=thumb&w=0', '160.jpg'],
    ['w=16384', '2048.jpg'],
    ['dpr=5', '2048.jpg'],
    ['w=100&dpr=1', '160.jpg'],
    ['w=100&dpr=1.6', '160.jpg'],
    ['w=100&dpr=1.62', '320.jpg'],
    ['w=+160+', '160.jpg'],
    ['w=%31%36%30', '160.jpg'],
    ['w=%&w=160', '160.jpg'],
    ['w=160=1', '640.jpg'],
    ['=5&w=160', '160.jpg'],
    ['w=1000&h=100&fit=FILL', '1280.jpg'],
    ['w=1000&h=100&fit=clip', '160.jpg'],
    ['w=160&w=2048', '160.jpg'],
  ])('%s -> %s', (query, name) => {
    expect(chosen(query)).toBe(name);
  });
});

describe('formats', () => {
  test.each([
    ['fm=webp', undefined, '640.webp'],
    ['format=AVIF', undefined, '640.avif'],
    ['fm=jpg', CHROME, '640.jpg'],
    ['fm=pjpg', CHROME, '640.jpg'],
    ['auto=format', CHROME, '640.avif'],
    ['auto=FORMAT&fm=jpg', CHROME, '640.avif'],
    ['auto=compress%2Cformat&fm=jpg', CHROME, '640.avif'],
    ['auto=format&fm=avif', '*/*', '640.avif'],
    ['auto=format&fm=jpg', 'image/webp;q=0.1,image/jpeg', '640.webp'],
    ['auto=format&fm=webp', 'image/jpeg', '640.webp'],
    ['auto=formats&fm=jpg', CHROME, '640.jpg'],
    ['fm=jpeg', CHROME, '640.jpg'],
    ['fm=WebP', CHROME, '640.webp'],
    ['fm=webp', '*/*;q=0', '640.webp'],
    ['fm=png&format=jpg', CHROME, '640.avif'],
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
    expect(selected('w=300', CHROME, poor)?.name).toBe('320.webp');
    expect(selected('fm=avif', '*/*', poor)?.name).toBe('640.jpg');
  });

  test('without a width, the nearest rung counts and not the next larger one', () => {
    const gap = { ...published, renditions: published.renditions.filter(({ width }) => width % 960 === 320) };
    expect(gap.renditions.map(({ name }) => name)).toEqual(expect.arrayContaining(['320.jpg', '1280.jpg']));
    expect(selected('', undefined, gap)?.name).toBe('320.jpg');
    expect(selected('w=640', undefined, gap)?.name).toBe('1280.jpg');
  });

  test('without a width, a small image gives the rung nearest to the default', () => {
    const small = { ...published, renditions: published.renditions.filter(({ width }) => width <= 320) };
    expect(selected('', undefined, small)?.name).toBe('320.jpg');
  });
});

test('the stock providers of unpic and Nuxt for imgix fit', () => {
  expect(chosen('w=800&h=600&fit=min&auto=format', CHROME)).toBe('1280.avif');
  expect(chosen('w=320&q=80&auto=format', CHROME)).toBe('320.avif');
});

test('threat row 40: the choice is the smallest rung that is wide enough, or the widest; the order of rungs does not count', () => {
  const rungs = [160, 320, 640, 1280, 2048];
  forRandomInputs(5_000, (random) => {
    const width = 1 + random.integer(3000);
    const dpr = 1 + random.fraction() * 4;
    const wanted = Math.floor(width * dpr);
    const renditions = shuffle([...published.renditions], random);
    const query = `w=${width}&dpr=${dpr}`;
    const given = selected(query, CHROME, { ...published, renditions });
    expect(given?.name, query).toBe(`${rungs.find((rung) => rung >= wanted) ?? 2048}.avif`);
  });
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
