import { describe, expect, test } from 'vitest';
import { arrivalOf, type Hello } from '../../../server/feed/admission.ts';
import type { PeerId } from '../../../shared/units.ts';

const hello = (over: Partial<Hello>): Hello => ({
  type: 'hello',
  version: 1,
  name: 'edge',
  peerId: '11'.repeat(20) as PeerId,
  peerPort: 6882,
  advertiseIp: null,
  publicUrl: null,
  httpPort: 8081,
  head: { number: 0, hash: '0'.repeat(64) },
  pieceHashes: true,
  fleetToken: null,
  ...over,
});

describe('threat rows 20 and 24: the address an edge is known by', () => {
  test.each([
    ["the socket's, when it names none", null, '203.0.113.5', false, '203.0.113.5'],
    ["its own, behind the fleet's secret", '198.51.100.1', '203.0.113.5', true, '198.51.100.1'],
    ["the socket's, when a stranger names another", '198.51.100.1', '203.0.113.5', false, '203.0.113.5'],
    [
      "the socket's, when a stranger from outside names a local one",
      '10.0.0.1',
      '203.0.113.5',
      false,
      '203.0.113.5',
    ],
    ["the socket's, when a local one names a global one", '198.51.100.1', '10.0.0.1', false, '10.0.0.1'],
    ['its own, within local ranges', '127.0.0.2', '127.0.0.1', false, '127.0.0.2'],
  ])('%s', (_title, advertiseIp, socketIp, vouched, expected) => {
    const { peer, url } = arrivalOf(hello({ advertiseIp }), socketIp, vouched);
    expect(peer).toEqual({ ip: expected, port: 6882 });
    expect(url).toBe(`http://${expected}:8081`);
  });

  test("siblings ask an edge at its public URL only behind the fleet's secret", () => {
    const urlFor = (vouched: boolean) =>
      arrivalOf(hello({ publicUrl: 'http://victim.example' }), '203.0.113.5', vouched).siblingUrl;
    expect([urlFor(true), urlFor(false)]).toEqual(['http://victim.example', 'http://203.0.113.5:8081']);
  });

  test('IPv6 stands in brackets in the URL, and a public URL is taken as it is', () => {
    expect(arrivalOf(hello({}), '2001:db8::1', false).url).toBe('http://[2001:db8::1]:8081');
    expect(arrivalOf(hello({ publicUrl: 'https://e.example' }), '1.2.3.4', false).url).toBe(
      'https://e.example',
    );
  });
});
