import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type InfoHash, parseInfoHash } from '../../../shared/units.ts';
import { allowedFastSet } from '../../../shared/wire/allowed-fast.ts';

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());
const INFO_HASH = parseInfoHash('aa'.repeat(20)) as InfoHash;

describe('allowed fast set', () => {
  it('BEP 6: the two vectors of the specification', () => {
    const seven = [1059, 431, 808, 1217, 287, 376, 1188];
    expect(allowedFastSet('80.4.4.200', INFO_HASH, 1313, 7, sha1)).toEqual(seven);
    expect(allowedFastSet('80.4.4.200', INFO_HASH, 1313, 9, sha1)).toEqual([...seven, 353, 508]);
  });

  it('threat row 11: is the same for all addresses of a /24', () => {
    const of = (ip: string) => allowedFastSet(ip, INFO_HASH, 1313, 5, sha1);
    expect(of('80.4.4.1')).toEqual(of('80.4.4.254'));
    expect(of('80.4.5.1')).not.toEqual(of('80.4.4.1'));
  });

  it('a torrent of fewer pieces gives all of them', () => {
    expect(allowedFastSet('10.0.0.1', INFO_HASH, 3, 5, sha1).sort()).toEqual([0, 1, 2]);
  });

  it.each(['::1', 'fe80::1', 'edge.example', '1.2.3.256', '1.2.3', ''])('gives nothing for %j', (ip) => {
    expect(allowedFastSet(ip, INFO_HASH, 1313, 5, sha1)).toEqual([]);
  });
});
