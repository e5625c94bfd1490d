import { describe, expect, test } from 'vitest';
import { readClientHints, SCREEN_HINTS } from '../../../shared/http/client-hints.ts';
import { CHROME, selected } from './ladder.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

const NONE = { widthPixels: undefined, viewportPixels: undefined, dpr: undefined, saveData: false };
const read = (fields: Readonly<Record<string, string>>) => readClientHints((name) => fields[name]);
const chosenFor = (query: string, fields: Readonly<Record<string, string>>) =>
  selected(query, '*/*', undefined, fields)?.name;

describe('client hints (RFC 8942) fill in what an address leaves open', () => {
  test.each([
    ['Sec-CH-Width is in device pixels', '', { 'sec-ch-width': '321' }, '640.jpg'],
    ['Width, its old name', '', { width: '1281' }, '2048.jpg'],
    ['Sec-CH-DPR multiplies the default width', '', { 'sec-ch-dpr': '2.0' }, '1280.jpg'],
    ['DPR, its old name', '', { dpr: '3' }, '2048.jpg'],
    ['DPR as Chrome wrote it', '', { dpr: '2.625' }, '2048.jpg'],
    ['a DPR of 1 changes nothing', '', { dpr: '1' }, '640.jpg'],
    ['Sec-CH-Viewport-Width: as wide as the window', '', { 'sec-ch-viewport-width': '360' }, '640.jpg'],
    ['Viewport-Width, its old name', '', { 'viewport-width': '300' }, '320.jpg'],
    ['the window times DPR', '', { 'sec-ch-viewport-width': '360', 'sec-ch-dpr': '3' }, '1280.jpg'],
    ['Width before the window', '', { 'sec-ch-width': '160', 'sec-ch-viewport-width': '1920' }, '160.jpg'],
    ['Width is not multiplied again', '', { 'sec-ch-width': '160', 'sec-ch-dpr': '3' }, '160.jpg'],
    ['the new name before the old one', '', { 'sec-ch-width': '160', width: '2048' }, '160.jpg'],
    ['dpr of the address before DPR', 'dpr=1', { dpr: '3' }, '640.jpg'],
    ['w of the address before Width', 'w=160', { width: '2048', dpr: '3' }, '160.jpg'],
    ['h of the address before Width', 'h=106', { width: '2048', dpr: '3' }, '160.jpg'],
    ['preset of the address before Width', 'preset=thumb', { width: '2048' }, '160.jpg'],
    ['an absurd w counts as not given', 'w=abc', { width: '160' }, '160.jpg'],
    ['a width beyond the ladder', '', { width: '9999' }, '2048.jpg'],
  ])('%s: ?%s %o', (_title, query, fields, name) => {
    expect(chosenFor(query, fields)).toBe(name);
  });

  test.each(['', '0', '-1', 'x', '1e3', '99999', '640, 320', '640;q', '?1', '"640"', ':640:'])(
    'a hint of %j counts as not given',
    (value) => {
      const fields = { width: value, 'viewport-width': value, dpr: value, 'sec-ch-width': value };
      expect(read(fields)).toEqual(NONE);
      expect(chosenFor('', fields)).toBe('640.jpg');
    },
  );
});

describe('Save-Data: on goes one rung down, and never below the smallest', () => {
  test.each([
    ['', '320.jpg'],
    ['w=2048', '1280.jpg'],
    ['w=9000', '1280.jpg'],
    ['w=320', '160.jpg'],
    ['w=160', '160.jpg'],
    ['w=1', '160.jpg'],
    ['w=320&dpr=2', '320.jpg'],
    ['w=640&fm=webp', '320.webp'],
  ])('?%s -> %s', (query, name) => {
    expect(chosenFor(query, { 'save-data': 'on' })).toBe(name);
  });

  test('the type stays what Accept says', () => {
    expect(selected('w=640', CHROME, undefined, { 'save-data': 'on' })?.name).toBe('320.avif');
  });

  test.each([
    ['on', true],
    ['On', true],
    [' on ', true],
    ['on;x', true],
    ['off', false],
    ['', false],
    ['one', false],
    ['?1', false],
    ['1', false],
    ['x; on', false],
  ])('%j: %s', (field, saves) => {
    expect(read({ 'save-data': field }).saveData).toBe(saves);
  });
});

test('threat row 44: random hints choose one of the published rungs and are within bounds', () => {
  const names = [...SCREEN_HINTS.map((name) => name.toLowerCase()), 'save-data'];
  const pieces = ['1', '0', '640', '.', '2', '-', 'e9', 'on', ';', ',', '"', ' '];
  const seen = new Set<string | undefined>();
  forRandomInputs(20_000, (random) => {
    const fields: Record<string, string> = {};
    for (let i = random.integer(4); i > 0; i--) fields[pick(random, names)] = jumble(random, pieces, 4);
    const { widthPixels, viewportPixels, dpr } = read(fields);
    for (const pixels of [widthPixels, viewportPixels])
      if (pixels !== undefined && !(pixels >= 1 && pixels <= 16_384)) throw new Error(JSON.stringify(fields));
    if (dpr !== undefined && !(dpr >= 1 && dpr <= 5)) throw new Error(JSON.stringify(fields));
    seen.add(chosenFor('', fields));
  });
  expect([...seen].sort()).toEqual(['1280.jpg', '160.jpg', '2048.jpg', '320.jpg', '640.jpg']);
});
