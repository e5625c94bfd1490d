/** Goal: links of ours are read back as they were, foreign ones are understood, broken ones named as such. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../shared/errors.ts';
import { magnetUri, parseMagnet } from '../../../shared/metainfo/magnet.ts';
import type { InfoHash, InfoHashV2 } from '../../../shared/units.ts';
import { makeTorrent } from './torrent-fixture.ts';

const V1 = 'c03f9bb70b5ee85ce787c276c6727272dace742c';
const V2 = '7f95f0ca95d1eaa0c063e03af05fe2a7f0d74457b0aa3af08d6216ffb04dd323';
const BTIH = `xt=urn:btih:${V1}`;
const BTMH = `xt=urn:btmh:1220${V2}`;

describe('magnetUri', () => {
  test('both info-hashes, name, tracker and web seed, as BEP 9, 19 and 52 have them', () => {
    const metainfo = makeTorrent({ a: 1 }, { name: 'a & b=c' });
    expect(magnetUri(metainfo)).toBe(
      `magnet:?xt=urn:btih:${metainfo.infoHash}&xt=urn:btmh:1220${metainfo.infoHashV2}&dn=a%20%26%20b%3Dc` +
        '&tr=http%3A%2F%2Forigin.test%2Fannounce&ws=http%3A%2F%2Forigin.test%2Fimages%2F',
    );
  });

  test('is read back as it was', () => {
    const hex = (digits: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    const torrents = fc.record({
      infoHash: hex(40) as fc.Arbitrary<InfoHash>,
      infoHashV2: hex(64) as fc.Arbitrary<InfoHashV2>,
      name: text,
      announce: fc.option(text, { nil: undefined }),
      webSeeds: fc.array(text, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(torrents, ({ announce, ...torrent }) => {
        const trackers = announce === undefined ? [] : [announce];
        expect(parseMagnet(magnetUri({ announce, ...torrent }))).toEqual({ ...torrent, trackers });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseMagnet', () => {
  test('one hash of the two is enough', () => {
    expect(parseMagnet(`magnet:?${BTIH}`)).toMatchObject({ infoHash: V1, infoHashV2: undefined });
    expect(parseMagnet(`magnet:?${BTMH}`)).toMatchObject({ infoHash: undefined, infoHashV2: V2 });
  });

  test('upper case, base32, numbered and unknown parameters', () => {
    expect(parseMagnet(`MAGNET:?XT=urn:BTIH:${V1.toUpperCase()}`).infoHash).toBe(V1);
    expect(parseMagnet('magnet:?xt=urn:btih:YA7ZXNYLL3UFZZ4HYJ3MM4TSOLNM45BM').infoHash).toBe(V1);
    const link = `magnet:?xl=5&xt.1=urn:sha1:ABC&xt.2=urn:btih:${V1}&tr.1=http%3A%2F%2Fa%2F&tr=udp://b:1&so=0-2&x`;
    expect(parseMagnet(link)).toEqual({
      infoHash: V1,
      infoHashV2: undefined,
      name: undefined,
      trackers: ['http://a/', 'udp://b:1'],
      webSeeds: [],
    });
  });

  test('a plus is a space in names and a plus in URLs', () => {
    const magnet = parseMagnet(`magnet:?${BTIH}&dn=a+b%2Bc&tr=http://a/?x=1+2`);
    expect([magnet.name, magnet.trackers]).toEqual(['a b+c', ['http://a/?x=1+2']]);
  });

  test('the same hash twice is one torrent', () => {
    expect(parseMagnet(`magnet:?${BTIH}&${BTIH}`).infoHash).toBe(V1);
  });

  test.each([
    ['nothing', ''],
    ['another scheme', `http://a/?${BTIH}`],
    ['no parameters', 'magnet:?'],
    ['no topic', 'magnet:?dn=a'],
    ['a topic of another network', 'magnet:?xt=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C'],
    ['a short btih', `magnet:?xt=urn:btih:${V1.slice(1)}`],
    ['a long btih', `magnet:?xt=urn:btih:${V1}0`],
    ['a btih that is no hex', `magnet:?xt=urn:btih:${'g'.repeat(40)}`],
    ['a btih that is no base32', `magnet:?xt=urn:btih:${'1'.repeat(32)}`],
    ['a btmh of SHA-1', `magnet:?xt=urn:btmh:1114${V1}`],
    ['a short btmh', `magnet:?xt=urn:btmh:1220${V2.slice(2)}`],
    ['a good btih and a bad btmh', `magnet:?${BTIH}&xt=urn:btmh:1220`],
    ['two torrents', `magnet:?${BTIH}&xt=urn:btih:${'0'.repeat(40)}`],
    ['a broken escape', `magnet:?${BTIH}&dn=%`],
    ['an escape that is no UTF-8', `magnet:?${BTIH}&dn=%ff`],
    ['too long a link', `magnet:?${BTIH}&dn=${'a'.repeat(16_384)}`],
    ['too many parameters', `magnet:?${BTIH}${'&a=b'.repeat(128)}`],
  ])('%s is refused', (_, link) => {
    expect(() => parseMagnet(link)).toThrow(expect.objectContaining({ code: 'magnet_invalid', status: 400 }));
  });

  test('random links end in a magnet or a UserError', () => {
    const part = fc.constantFrom(
      BTIH,
      BTMH,
      'magnet:?',
      '&',
      '=',
      'xt',
      'xt.1',
      'urn:btih:',
      'urn:btmh:1220',
      'dn',
      'tr',
      '%',
      '%4',
      '+',
      V1,
      'é',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 })), { maxLength: 12 }), (parts) => {
        const link = `magnet:?${parts.join('')}`;
        try {
          const magnet = parseMagnet(link);
          expect(magnet.infoHash !== undefined || magnet.infoHashV2 !== undefined).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
