import { describe, expect, test } from 'vitest';
import {
  canonicalIp,
  clientAddress,
  isLocalIp,
  type TrustedProxies,
  trustedProxies,
} from '../../../server/tracker/client-address.ts';

const named = (...entries: string[]): TrustedProxies => {
  const proxies = trustedProxies(entries);
  if (!proxies) throw new Error('entries');
  return proxies;
};

describe('threat row 20: whose address an announce counts for', () => {
  const none = named();
  const nginx = named('127.0.0.1', '10.1.0.0/16', '::1');
  test.each([
    ['the socket, when no proxy is named', '203.0.113.5', undefined, none, '203.0.113.5'],
    ['the socket, whatever a stranger forwards', '203.0.113.5', '198.51.100.1', nginx, '203.0.113.5'],
    [
      'the socket, when the header names the proxies themselves',
      '127.0.0.1',
      '127.0.0.1',
      nginx,
      '127.0.0.1',
    ],
    ['the rightmost entry of a named proxy', '127.0.0.1', '1.1.1.1, 198.51.100.7', nginx, '198.51.100.7'],
    ['the rightmost that is no named proxy', '127.0.0.1', '9.9.9.9, 8.8.8.8,10.1.2.3', nginx, '8.8.8.8'],
    ['IPv4-mapped sockets as IPv4', '::ffff:127.0.0.1', '198.51.100.7', nginx, '198.51.100.7'],
    ['IPv6 in one spelling', '::1', '2001:DB8:0::1', nginx, '2001:db8::1'],
    ['the proxy, when it forwards nothing', '127.0.0.1', undefined, nginx, '127.0.0.1'],
    ['nobody, when a named proxy sends rubbish', '127.0.0.1', '8.8.8.8, unknown', nginx, undefined],
    ['nobody, when the header is a kilobyte long', '127.0.0.1', '1.1.1.1,'.repeat(200), nginx, undefined],
    ['nobody, when the socket is gone', undefined, '8.8.8.8', nginx, undefined],
  ])('%s', (_title, socketIp, header, proxies, expected) => {
    expect(clientAddress(socketIp, header, proxies)).toBe(expected);
  });
});

test.each(['', 'host', '127.0.0.1/33', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', '300.1.1.1'])(
  'named proxies are addresses or blocks: %j is neither',
  (entry) => expect(trustedProxies([entry])).toBeUndefined(),
);

test('an address has one spelling', () => {
  expect(canonicalIp('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(canonicalIp('fe80::1%eth0')).toBe('fe80::1');
  expect(canonicalIp('2001:0db8:0000::0001')).toBe('2001:db8::1');
  expect(canonicalIp('localhost')).toBeUndefined();
});

test('threat row 24: local ranges are told from global ones', () => {
  for (const ip of ['127.0.0.9', '10.1.1.1', '172.31.0.1', '192.168.1.1', '169.254.1.1', '::1', 'fd00::1'])
    expect(isLocalIp(ip), ip).toBe(true);
  for (const ip of ['8.8.8.8', '172.32.0.1', '203.0.113.1', '2001:db8::1'])
    expect(isLocalIp(ip), ip).toBe(false);
});
