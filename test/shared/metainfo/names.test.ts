import { describe, expect, test } from 'vitest';
import { fromLatin1, fromUtf8 } from '../../../shared/bytes.ts';
import { isSafeName, parseName } from '../../../shared/metainfo/names.ts';

describe('threat row 8: names that could lead astray', () => {
  test.each([
    '',
    '.',
    '..',
    '/',
    '\\',
    'a/b',
    '/a',
    'a/',
    'a\\b',
    'C:\\a',
    '../a',
    'a\0b',
    '\x01',
    'a\tb',
    'a\nb',
    'a\r',
    '\x1f',
    '\x7f',
    '\x80',
    '\x9f',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    'n'.repeat(256),
    '€'.repeat(86),
    '\ud800',
    'a\udfffb',
  ])('%j is refused', (name) => {
    expect(isSafeName(name)).toBe(false);
    expect(parseName(fromUtf8(name)) === undefined || /[\ud800-\udfff]/.test(name)).toBe(true);
  });

  test.each([
    '640.avif',
    '...',
    '..a',
    ' ',
    'a b',
    'é',
    '図',
    '👩‍👧',
    'n'.repeat(255),
    '€'.repeat(85),
    'CON',
    '~',
  ])('%j is taken as it stands', (name) => {
    expect(isSafeName(name)).toBe(true);
    expect(parseName(fromUtf8(name))).toBe(name);
  });

  test.each([
    '\xff',
    '\xc3',
    '\xc3\x28',
    '\xc0\xae',
    '\xe0\x80\xaf',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    'a\xf0\x9f\x92',
  ])('bytes %j are no UTF-8', (bytes) => expect(parseName(fromLatin1(bytes))).toBeUndefined());
});
