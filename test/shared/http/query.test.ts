import { describe, expect, test } from 'vitest';
import { parseImageQuery } from '../../../shared/http/query.ts';
import { selectRendition } from '../../../shared/http/select-rendition.ts';
import { shuffle } from '../../../shared/random.ts';
import { memorySource } from '../node/http/memory-source.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

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
  'w=16385',
  'h=16385',
  'w=1000000',
  'w=1.123456789012345678',
  'w=.5',
  'w=٣٠٠',
  'W=160',
  '%77=160',
  'w=160%00',
  'w=%2531',
  'w[]=160',
  'dpr=0.5',
  'dpr=0.999',
  'dpr=5.1',
  'dpr=2x',
  'dpr=02',
  'dpr=10',
  'dpr=',
  'fit=cover',
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
    expect(selectRendition(poor, parseImageQuery('w=300'), CHROME)?.name).toBe('320.webp');
    expect(selectRendition(poor, parseImageQuery('fm=avif'), '*/*')?.name).toBe('640.jpg');
  });

  test('without a width, the nearest rung counts and not the next larger one', () => {
    const gap = { ...published, renditions: published.renditions.filter(({ width }) => width % 960 === 320) };
    expect(gap.renditions.map(({ name }) => name)).toEqual(expect.arrayContaining(['320.jpg', '1280.jpg']));
    expect(selectRendition(gap, parseImageQuery(''), undefined)?.name).toBe('320.jpg');
    expect(selectRendition(gap, parseImageQuery('w=640'), undefined)?.name).toBe('1280.jpg');
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

describe('regressions', () => {
  const filled = (length: number, end: string) => `x=${'y'.repeat(length - 2 - end.length)}${end}`;

  test('a query is read up to 2048 characters, and never to the middle of a word', () => {
    expect(chosen(filled(2048, '&w=1280'))).toBe('1280.jpg');
    // Was cut to w=128, whose rung is 160.
    expect(chosen(filled(2049, '&w=1280'))).toBe('640.jpg');
    expect(chosen(`w=320&${filled(2048, '&w=1280')}`)).toBe('320.jpg');
    expect(chosen(`${filled(2048, '&w=1280')}&h=1`)).toBe('1280.jpg');
    expect(chosen(`w=${'1'.repeat(3000)}`)).toBe('640.jpg');
  });

  test('numbers as scripts write them, unrounded, are no mistake', () => {
    // devicePixelRatio at 110 % zoom: was read as 1.
    expect(chosen('w=300&dpr=1.100000023841858')).toBe('640.jpg');
    // A third of 400 CSS pixels: was the default.
    expect(chosen('w=133.33333333333334')).toBe('160.jpg');
  });

  test('64 words are read, and no more', () => {
    expect(chosen(`${'x=1&'.repeat(63)}w=160`)).toBe('160.jpg');
    expect(chosen(`${'x=1&'.repeat(64)}w=160`)).toBe('640.jpg');
  });

  test('a very wide or very high image still gives a rung for any height', () => {
    for (const [width, height] of [
      [16_000, 1],
      [1, 16_000],
    ] as const)
      for (const h of [1, 640, 16_384])
        expect(published.renditions, `${width} x ${height}, h=${h}`).toContain(
          selectRendition({ ...published, width, height }, parseImageQuery(`h=${h}`), undefined),
        );
  });

  test('fractions that aspect ratios leave do not ask for the next rung', () => {
    const image = { ...published, width: 1281, height: 1000 };
    expect(selectRendition(image, parseImageQuery('h=499.8'), undefined)?.name).toBe('640.jpg');
    expect(chosen('w=213.333333&dpr=3')).toBe('640.jpg');
  });

  test('an image without renditions, which the log does not publish, gives none', () => {
    expect(selectRendition({ ...published, renditions: [] }, parseImageQuery('w=1'), CHROME)).toBeUndefined();
  });
});

test('threat row 40: the choice is the smallest rung that is wide enough, or the widest; the order of rungs does not count', () => {
  const rungs = [160, 320, 640, 1280, 2048];
  forRandomInputs(5_000, (random) => {
    const width = 1 + random.integer(3000);
    const dpr = 1 + random.fraction() * 4;
    const wanted = Math.floor(width * dpr);
    const renditions = shuffle([...published.renditions], random);
    const query = `w=${width}&dpr=${dpr}`;
    const given = selectRendition({ ...published, renditions }, parseImageQuery(query), CHROME);
    expect(given?.name, query).toBe(`${rungs.find((rung) => rung >= wanted) ?? 2048}.avif`);
  });
});

test('threat row 40: unknown words, their number and the order of known ones never change the wish', () => {
  const known = ['w=500', 'h=300', 'dpr=2', 'fm=webp', 'auto=format', 'fit=crop', 'preset=large'];
  const unknown = [
    'utm_source=w',
    'cb=%',
    'W=1',
    'width2=1',
    'q=5',
    '__proto__=1',
    'constructor',
    'ww=7',
    'a=w=160',
  ];
  forRandomInputs(5_000, (random) => {
    const words = known.filter(() => random.integer(2) === 0);
    const wish = parseImageQuery(words.join('&'));
    const noise = Array.from({ length: random.integer(8) }, () => pick(random, unknown));
    const query = shuffle([...words, ...noise], random).join('&');
    expect(parseImageQuery(query), query).toEqual(wish);
  });
});

test('whatever the query, each wish is within its bounds', () => {
  const pieces = [
    'w=',
    'h=',
    'dpr=',
    'fm=',
    'fit=',
    'preset=',
    '&',
    '=',
    '1',
    '9',
    '99999',
    '.',
    'e3',
    '%',
    '+',
    'hero',
  ];
  let given = 0;
  forRandomInputs(20_000, (random) => {
    const query = `${pick(random, ['', 'w=', 'h=', 'dpr='])}${jumble(random, pieces, 8)}`;
    const wish = parseImageQuery(query);
    for (const pixels of [wish.width, wish.height]) {
      if (pixels === undefined) continue;
      given++;
      if (!(pixels >= 1 && pixels <= 16_384)) throw new Error(query);
    }
    if (!(wish.dpr >= 1 && wish.dpr <= 5)) throw new Error(query);
    if (wish.type !== undefined && !published.renditions.some(({ type }) => type === wish.type))
      throw new Error(query);
  });
  expect(given).toBeGreaterThan(100);
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
