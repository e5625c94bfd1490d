import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../shared/bytes.ts';
import { formatIp, parseIp, parseIpv4, parseIpv6 } from '../../shared/ip.ts';
import { seededRandom } from '../../shared/random.ts';

describe('IP literals', () => {
  it.each([
    ['1.2.3.4', '01020304'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['1::', `0001${'00'.repeat(14)}`],
    ['fe80::1:2', 'fe800000000000000000000000010002'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304'],
    ['::ffff:1.2.3.4', '01020304'],
  ])('%s has the bytes %s', (text, hex) => {
    expect(toHex(parseIp(text) as Uint8Array)).toBe(hex);
  });

  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ])('RFC 5952: %s is written %s', (text, canonical) => {
    expect(formatIp(parseIp(text) as Uint8Array)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.-1',
    '0x1.2.3.4',
    ' 1.2.3.4',
    ':',
    ':::',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '::1.2.3',
    '1.2.3.4::',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '[::1]',
    'localhost',
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it("agrees with Node's parser on random text, and parse(format(bytes)) = bytes", () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const bits = [':', ':', '::', '.', '0', '1', 'ff', 'abcd', '255', '256', '10', '1.2.3.4', '00', '12345'];
    for (let round = 0; round < 30_000; round++) {
      let text = '';
      for (let i = random.integer(16); i >= 0; i--) text += bits[random.integer(bits.length)];
      // One difference, on purpose: `1:2:3:4:5:6:7::` is a form that RFC 5952 forbids and Node takes.
      if (/^[^:]+(:[^:]+){6}::$|^::[^:]+(:[^:]+){6}$/.test(text)) continue;
      const family = parseIpv4(text) ? 4 : parseIpv6(text) ? 6 : 0;
      expect(family, `seed ${seed}: ${text}`).toBe(isIP(text));
    }
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from({ length: random.integer(2) ? 4 : 16 }, () =>
        random.integer(2) ? 0 : random.integer(256),
      );
      expect(parseIp(formatIp(bytes)), `seed ${seed}`).toEqual(bytes);
    }
  });
});
