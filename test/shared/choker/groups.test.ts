import { describe, expect, it } from 'vitest';
import { groupOf, isPrivate, prefixOf } from '../../../shared/choker/groups.ts';

const group = (ip: string, isFleet = false) => groupOf({ key: `id@${ip}`, ip, isFleet });

describe('threat row 1: who counts together', () => {
  it('strangers of one /24, or of one /48, are one', () => {
    expect(group('198.51.100.1')).toBe(group('198.51.100.254'));
    expect(group('198.51.100.1')).not.toBe(group('198.51.101.1'));
    expect(group('2001:db8:1:2::3')).toBe(group('2001:db8:1:ffff::9'));
    expect(group('2001:db8:1::1')).not.toBe(group('2001:db8:2::1'));
  });

  it('a node of the fleet counts for itself, though a shop hosts many behind one address', () => {
    expect(groupOf({ key: 'a@203.0.113.1', ip: '203.0.113.1', isFleet: true })).toBe('a@203.0.113.1');
  });

  it('so does a private address', () => {
    const inside = ['10.1.2.3', '127.0.0.1', '192.168.1.1', '172.16.0.1', '172.31.255.1', '169.254.0.1'];
    for (const ip of [...inside, '100.64.0.1', '::1', 'fe80::1', 'fd00::1'])
      expect(isPrivate(ip), ip).toBe(true);
    const outside = ['11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '8.8.8.8'];
    for (const ip of [...outside, '2001:db8::1', '::2', 'fec0::1']) expect(isPrivate(ip), ip).toBe(false);
  });

  it('an IPv4-mapped address counts as IPv4, and what is no address as itself', () => {
    expect(prefixOf('::ffff:198.51.100.9')).toBe(prefixOf('198.51.100.1'));
    expect(prefixOf('somewhere')).toBe('somewhere');
    expect(isPrivate('somewhere')).toBe(false);
  });
});
