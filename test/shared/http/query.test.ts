import { describe, expect, test } from 'vitest';
import { parseImageQuery } from '../../../shared/http/query.ts';
import { shuffle } from '../../../shared/random.ts';
import { CHROME, chosen, published, selected } from './ladder.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

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
          selected(`h=${h}`, undefined, { ...published, width, height }),
        );
  });

  test('fractions that aspect ratios leave do not ask for the next rung', () => {
    const image = { ...published, width: 1281, height: 1000 };
    expect(selected('h=499.8', undefined, image)?.name).toBe('640.jpg');
    expect(chosen('w=213.333333&dpr=3')).toBe('640.jpg');
  });

  test('an image without renditions, which the log does not publish, gives none', () => {
    expect(selected('w=1', CHROME, { ...published, renditions: [] })).toBeUndefined();
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
    if (wish.dpr !== undefined && !(wish.dpr >= 1 && wish.dpr <= 5)) throw new Error(query);
    if (wish.type !== undefined && !published.renditions.some(({ type }) => type === wish.type))
      throw new Error(query);
  });
  expect(given).toBeGreaterThan(100);
});
