import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as kinds from '../../../../shared/node/config/kinds.ts';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';

/** 253 characters, labels of 63 (RFC 1123 section 2.1). */
const LONGEST_HOST = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;

const RIGHT: readonly (readonly [kinds.FlagKind<unknown>, string, unknown])[] = [
  [kinds.port, '0', 0],
  [kinds.port, '65535', 65_535],
  [kinds.bytes, '1048576', 1_048_576],
  [kinds.bytes, '1MiB', 1_048_576],
  [kinds.bytes, '1.5 GB', 1_500_000_000],
  [kinds.bytes, '0', 0],
  [kinds.bytes, '1KiB', 1024],
  [kinds.bytes, '1GiB', 1_073_741_824],
  [kinds.bytes, '1TiB', 1_099_511_627_776],
  [kinds.bytes, '1kB', 1000],
  [kinds.bytes, '1MB', 1_000_000],
  [kinds.bytes, '1TB', 1_000_000_000_000],
  [kinds.bytes, '0.001kB', 1],
  [kinds.bytes, '8191.999TiB', 9_007_198_155_229_364],
  [kinds.count('n', '', 1, 5), '1', 1],
  [kinds.count('n', '', 1, 5), '005', 5],
  [kinds.nodeName, 'x'.repeat(64), 'x'.repeat(64)],
  [kinds.nodeName, '0', '0'],
  [kinds.text, ' ', ' '],
  [kinds.url, 'http://[::1]:8080/a/', 'http://[::1]:8080/a'],
  [kinds.host, 'localhost', 'localhost'],
  [kinds.host, '1.2.3.example', '1.2.3.example'],
  [kinds.host, LONGEST_HOST, LONGEST_HOST],
  [kinds.onOff, 'true', true],
  [kinds.onOff, '1', true],
  [kinds.onOff, '0', false],
  [kinds.bytesPerSecond, '20kB', 20_000],
  [kinds.url, 'http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  [kinds.url, 'https://Shop.Example/cdn//', 'https://shop.example/cdn'],
  [kinds.ip, '192.0.2.7', '192.0.2.7'],
  [kinds.ip, '2001:db8::1', '2001:db8::1'],
  [kinds.host, '0.0.0.0', '0.0.0.0'],
  [kinds.host, '::', '::'],
  [kinds.host, 'edge-1.example', 'edge-1.example'],
  [kinds.nodeName, 'edge-1.eu_west', 'edge-1.eu_west'],
  [kinds.onOff, 'false', false],
  [kinds.choice('a', 'b'), 'b', 'b'],
];

const WRONG: readonly (readonly [string, kinds.FlagKind<unknown>, readonly string[]])[] = [
  ['port', kinds.port, ['', '-1', '65536', '1e3', '0x10', '80 ', '8080.0', '٣']],
  [
    'bytes',
    kinds.bytes,
    [
      '',
      '-1',
      '+1',
      '1.',
      '.5',
      ' 1',
      '1  kB',
      '1.0001kB',
      '8192TiB',
      '9007199254740992',
      '1 mb',
      '1KB',
      'many',
      '1e9',
      '999999999999999TiB',
      '1.5.5',
    ],
  ],
  [
    'url',
    kinds.url,
    [
      '',
      'example',
      '/x',
      'ftp://x',
      'http://',
      'http://a:b@c',
      'http://a?x',
      'http://a#x',
      'http://a?',
      'http://a#',
      'http://:b@c',
      'http://a@c',
      'javascript:1',
    ],
  ],
  ['ip', kinds.ip, ['', 'localhost', '1.2.3', '1.2.3.4:80', '[::1]', '256.1.1.1']],
  [
    'host',
    kinds.host,
    [
      '',
      'a b',
      '-a',
      'a..b',
      '1.2.3.256',
      'a/b',
      `${'a'.repeat(64)}.b`,
      `${LONGEST_HOST}d`,
      'a-',
      '12',
      'a_b',
      '[::1]',
      'a.',
    ],
  ],
  ['name', kinds.nodeName, ['', '-x', 'a b', 'x'.repeat(65), 'a"b', 'a\r\nb']],
  ['count', kinds.count('n', '', 1, 5), ['0', '6', '1.5', '9'.repeat(16), 'NaN', 'Infinity']],
  ['path', kinds.path, ['', 'a\0b']],
  ['text', kinds.text, ['']],
  ['on or off', kinds.onOff, ['', 'yes', 'TRUE', '2']],
  ['choice', kinds.choice('a', 'b'), ['', 'c', 'A', 'toString']],
];

describe('kinds', () => {
  test.each(RIGHT)('%o reads %j', (kind, given, value) => {
    expect(kind.parse(given)).toBe(value);
  });
  test.each(WRONG)('%s says what it wants instead', (_name, kind, texts) => {
    for (const given of texts) {
      expect(() => kind.parse(given), given).toThrow(kinds.WrongValue);
      expect(() => kind.parse(given), given).toThrow(/^wants /);
    }
  });
  test('each tells its placeholder and unit for --help', () => {
    const shown = ({ placeholder, unit }: kinds.FlagKind<unknown>) => [placeholder, unit];
    expect(shown(kinds.bytes)).toEqual(['bytes', 'bytes']);
    expect(shown(kinds.bytesPerSecond)).toEqual(['rate', 'bytes per second']);
    expect(shown(kinds.count('pieces', 'pieces', 0, 1))).toEqual(['pieces', 'pieces']);
    expect(shown(kinds.choice('a', 'b'))).toEqual(['a|b', '']);
    expect(shown(kinds.onOff)).toEqual(['', '']);
    const names = [kinds.text, kinds.nodeName, kinds.port, kinds.url, kinds.path, kinds.ip, kinds.host];
    expect(names.map(shown)).toEqual(
      ['text', 'name', 'port', 'url', 'path', 'ip', 'host'].map((name) => [name, '']),
    );
  });
  test('the example that a message gives is right', () => {
    const kindsWithExample = [kinds.bytes, kinds.url, kinds.ip, kinds.host];
    for (const kind of kindsWithExample) {
      let message = '';
      try {
        kind.parse('?');
      } catch (error) {
        message = (error as Error).message;
      }
      const examples = (/such as (.*)$/.exec(message)?.[1] ?? '').split(/, | or /);
      for (const example of examples) expect(() => kind.parse(example), example).not.toThrow();
      expect(examples[0]).not.toBe('');
    }
  });
  test('regression: a text that may hold a password is marked as such', () => {
    const hides = (given: string) => {
      try {
        kinds.url.parse(given);
      } catch (error) {
        return error instanceof kinds.WrongValue && error.hidesText;
      }
      return undefined;
    };
    for (const given of ['http://a:b@c', 'a:b@c', 'http://a?token=b', 'http://a#b', 'ftp://a:b@c'])
      expect(hides(given), given).toBe(true);
    for (const given of ['ftp://a', 'a', '']) expect(hides(given), given).toBe(false);
  });
  test('random text is a value of its kind or a WrongValue', () => {
    const pieces = [
      '1',
      '0',
      '.',
      ' ',
      'KiB',
      'GB',
      'http://',
      'a',
      '-',
      ':',
      '[',
      '/',
      '@',
      '%',
      '\0',
      '9'.repeat(15),
    ];
    const holds: readonly (readonly [kinds.FlagKind<unknown>, (value: never) => boolean])[] = [
      [kinds.port, (value: number) => Number.isInteger(value) && value >= 0 && value <= 65_535],
      [kinds.bytes, (value: number) => Number.isSafeInteger(value) && value >= 0],
      [kinds.url, (value: string) => /^https?:\/\/[^/@?#]+(?:\/[^?#]*[^/?#])?$/.test(value)],
      [kinds.host, (value: string) => /^[\w.:%-]+$/.test(value)],
      [kinds.ip, (value: string) => /^[\da-f.:]+(?:%.*)?$/i.test(value)],
      [kinds.path, (value: string) => isAbsolute(value) && !value.includes('\0')],
      [kinds.nodeName, (value: string) => /^[\w.-]{1,64}$/.test(value)],
      [kinds.onOff, (value: boolean) => typeof value === 'boolean'],
    ];
    forRandomInputs(5_000, (random) => {
      const given = jumble(random, pieces, 8);
      for (const [kind, isRight] of holds)
        try {
          if (!isRight(kind.parse(given) as never))
            throw new Error(`${kind.placeholder} took ${JSON.stringify(given)}`);
        } catch (error) {
          if (!(error instanceof kinds.WrongValue)) throw error;
        }
    });
  });
  test('a path is made absolute', () => {
    expect(isAbsolute(kinds.path.parse('data'))).toBe(true);
  });
});
