import { expect, test } from 'vitest';
import { toHex } from '../../../shared/bytes.ts';
import { networkOf, siteOf } from '../../../shared/tracker/address-key.ts';
import { compactPeer } from '../../../shared/tracker/compact.ts';

const keyOf = (ip: string, port = 6881) => toHex(compactPeer(ip, port)!);

test('a site is an IPv4 address, or a /64 (RFC 4291), whatever the port', () => {
  expect(siteOf(keyOf('192.0.2.7', 1))).toBe(siteOf(keyOf('192.0.2.7', 2)));
  expect(siteOf(keyOf('192.0.2.7'))).not.toBe(siteOf(keyOf('192.0.2.8')));
  expect(siteOf(keyOf('2001:db8:1:2::3', 1))).toBe(siteOf(keyOf('2001:db8:1:2:ffff::9', 2)));
  expect(siteOf(keyOf('2001:db8:1:2::3'))).not.toBe(siteOf(keyOf('2001:db8:1:3::3')));
});

test('a network is a /24 of IPv4, or a /48 of IPv6 (BEP 40)', () => {
  expect(networkOf(keyOf('192.0.2.7'))).toBe(networkOf(keyOf('192.0.2.200')));
  expect(networkOf(keyOf('192.0.2.7'))).not.toBe(networkOf(keyOf('192.0.3.7')));
  expect(networkOf(keyOf('2001:db8:1:2::3'))).toBe(networkOf(keyOf('2001:db8:1:ffff::9')));
  expect(networkOf(keyOf('2001:db8:1::3'))).not.toBe(networkOf(keyOf('2001:db8:2::3')));
});
