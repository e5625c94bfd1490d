/** Threat row 46: what slips with signed addresses, each tried. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { allowsReferer } from '../../../shared/http/referers.ts';
import { type Hmac, signUrl, type UrlKey, verifyUrl } from '../../../shared/http/signed-url.ts';

const hmac: Hmac = (secret, bytes) => createHmac('sha256', secret).update(bytes).digest();
const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);
const keyOf = (id: string, fill: number): UrlKey => ({ id, secret: new Uint8Array(32).fill(fill) });
const [now, next] = [keyOf('2026', 1), keyOf('2027', 2)];
const PATH = '/images/0123456789abcdef01234567';
const verdict = (url: string, keys = [now], seconds = 1_000) => verifyUrl(url, keys, seconds, hmac, equal);
const signed = signUrl(`${PATH}?w=600&fm=avif`, now, 2_000, hmac);

describe('threat row 46: signed addresses', () => {
  test('a signed address is good, with and without words of its own, until it expires', () => {
    expect(verdict(signed)).toBe('ok');
    expect(verdict(signUrl(`${PATH}/640.avif`, now, 2_000, hmac))).toBe('ok');
    expect(verdict(signed, [now], 1_999.9)).toBe('ok');
    expect(verdict(signed, [now], 2_000)).toBe('expired');
    expect(verdict(`${PATH}?w=600`)).toBe('unsigned');
    expect(verdict(PATH)).toBe('unsigned');
  });

  test('SU1: the signature is HMAC-SHA-256, whole: 43 characters of base64url over the text that is written down', () => {
    const [, given] = /&signature=([\w-]{43})$/.exec(signed) ?? [];
    const text = `shoal image url v1\n${PATH}\nexpires=2000&fm=avif&key=2026&w=600`;
    expect(given).toBe(createHmac('sha256', now.secret).update(text).digest('base64url'));
  });

  test('each bit of the address flipped makes it no good', () => {
    const bytes = Buffer.from(signed);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(verdict(flipped.toString('latin1')), flipped.toString('latin1')).not.toBe('ok');
    }
  });

  test('a signature that is cut or lengthened is none', () => {
    for (let cut = 1; cut <= 43; cut++) expect(verdict(signed.slice(0, -cut))).toBe('unsigned');
    expect(verdict(`${signed}A`)).toBe('unsigned');
    expect(verdict(`${signed}=`)).toBe('unsigned');
  });

  test('words in another order are the same address; words that change places are not', () => {
    const [path, query = ''] = signed.split('?');
    expect(verdict(`${path}?${query.split('&').reverse().join('&')}`)).toBe('ok');
    expect(verdict(signed.replace('w=600&fm=avif', 'w=avif&fm=600'))).toBe('unsigned');
    expect(verdict(signed.replace('w=600&fm=avif', 'w=600%26fm%3Davif'))).toBe('unsigned');
  });

  test('a word more, less or twice is refused, also when the escapes differ', () => {
    for (const more of ['&h=1', '&w=600', '&%77=600', '&key=2026', '&signature=x', '&', '&expires=9999'])
      expect(verdict(signed + more), more).toBe('unsigned');
    expect(verdict(signed.replace('w=600&', ''))).toBe('unsigned');
    expect(verdict(signed.replace('w=600', 'w=%zz'))).toBe('unsigned');
    expect(() => signUrl(`${PATH}?w=1&w=2`, now, 2_000, hmac)).toThrow(RangeError);
    expect(() => signUrl(`${PATH}?key=1`, now, 2_000, hmac)).toThrow(RangeError);
  });

  test('SU1: what no node would take is not signed: a whole address, for nodes see the path alone, or milliseconds', () => {
    expect(() => signUrl(`https://images.example.com${PATH}/640.avif`, now, 2_000, hmac)).toThrow(RangeError);
    expect(() => signUrl(PATH, now, Date.UTC(2027, 0) / 1_000 + 0.5, hmac)).toThrow(RangeError);
    expect(() => signUrl(PATH, now, Date.UTC(2027, 0), hmac)).toThrow(RangeError);
  });

  test('keys rotate: the old one is good as long as it is listed, and an unknown one never', () => {
    const later = signUrl(`${PATH}/640.avif`, next, 2_000, hmac);
    expect(verdict(later)).toBe('unsigned');
    expect([verdict(signed, [next, now]), verdict(later, [next, now])]).toEqual(['ok', 'ok']);
    expect(verdict(signed, [next])).toBe('unsigned');
    expect(verdict(signed.replace('key=2026', 'key=2027'), [next, now])).toBe('unsigned');
    expect(verdict(signed, [])).toBe('unsigned');
  });

  test('an expiry that is no plain number of seconds is none', () => {
    for (const expires of ['', '0', '-1', '1e9', '9999999999999', '0x9', ' 2000', '2000.5'])
      expect(verdict(signed.replace('expires=2000', `expires=${expires}`)), expires).toBe('unsigned');
  });
});

test('hot-link rules: the sites named, those below *. and the own host; empty by option; nothing that looks alike', () => {
  const rule = { hosts: ['shop.example', '*.cdn.example'], allowsEmpty: false };
  const allows = (referer?: string) => allowsReferer(rule, referer, 'Edge.example:8081');
  for (const good of [
    'https://shop.example/a?b',
    'http://SHOP.example',
    'https://a.cdn.example/',
    'http://edge.example:8081/x',
  ])
    expect(allows(good), good).toBe(true);
  for (const bad of [
    'https://evil.example/?https://shop.example/',
    'https://shop.example.evil/',
    'https://evilshop.example/',
    'https://cdn.example/',
    'https://shop.example@evil.example/',
    'http://edge.example/',
    'ftp://shop.example/',
    'shop.example',
    '',
    undefined,
  ])
    expect(allows(bad), String(bad)).toBe(false);
  expect(allowsReferer({ ...rule, allowsEmpty: true }, undefined, 'a')).toBe(true);
  expect(allowsReferer({ hosts: [], allowsEmpty: false }, 'https://evil.example/', 'a')).toBe(true);
});
