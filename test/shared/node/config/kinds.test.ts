import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as kinds from '../../../../shared/node/config/kinds.ts';

const RIGHT: readonly (readonly [kinds.FlagKind<unknown>, string, unknown])[] = [
  [kinds.port, '0', 0],
  [kinds.port, '65535', 65_535],
  [kinds.bytes, '1048576', 1_048_576],
  [kinds.bytes, '1MiB', 1_048_576],
  [kinds.bytes, '1.5 GB', 1_500_000_000],
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
  ['bytes', kinds.bytes, ['', '-1', '1 mb', '1KB', 'many', '1e9', '999999999999999TiB', '1.5.5']],
  [
    'url',
    kinds.url,
    ['', 'example', '/x', 'ftp://x', 'http://', 'http://a:b@c', 'http://a?x', 'http://a#x', 'javascript:1'],
  ],
  ['ip', kinds.ip, ['', 'localhost', '1.2.3', '1.2.3.4:80', '[::1]', '256.1.1.1']],
  ['host', kinds.host, ['', 'a b', '-a', 'a..b', '1.2.3.256', 'a/b', `${'a'.repeat(64)}.b`]],
  ['name', kinds.nodeName, ['', '-x', 'a b', 'x'.repeat(65), 'a"b', 'a\r\nb']],
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
  test('a path is made absolute', () => {
    expect(isAbsolute(kinds.path.parse('data'))).toBe(true);
  });
});
