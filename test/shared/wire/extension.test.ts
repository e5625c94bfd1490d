import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import {
  type ExtensionHandshake,
  encodeExtensionHandshake,
  parseExtensionHandshake,
} from '../../../shared/wire/extension.ts';

const decode = (text: string) => parseExtensionHandshake(fromLatin1(text));

const FULL: ExtensionHandshake = {
  messages: new Map([
    ['lt_donthave', 7],
    ['ut_metadata', 3],
    ['ut_pex', 0],
  ]),
  version: 'Shoal 0.1 ü',
  maxRequests: 250,
  listenPort: 6881,
  yourIp: Uint8Array.of(10, 0, 0, 1),
  metadataSizeBytes: 31_235,
  uploadOnly: true,
};

describe('extension handshake', () => {
  it('BEP 10: reads the example of the specification', () => {
    const example = 'd1:md11:LT_metadatai1e6:ut_pexi2ee1:pi6881e1:v13:\xc2\xb5Torrent 1.2e';
    expect(decode(example)).toMatchObject({
      messages: new Map([
        ['LT_metadata', 1],
        ['ut_pex', 2],
      ]),
      listenPort: 6881,
      version: 'µTorrent 1.2',
    });
  });

  it('decode(encode(h)) = h', () => {
    expect(parseExtensionHandshake(encodeExtensionHandshake(FULL))).toEqual(FULL);
    const least = { messages: new Map() };
    expect(toLatin1(encodeExtensionHandshake(least))).toBe('d1:mdee');
    expect(parseExtensionHandshake(encodeExtensionHandshake(least)).messages.size).toBe(0);
  });

  it.each([
    ['p', 'd1:pi0ee', 'listenPort'],
    ['p', 'd1:pi65536ee', 'listenPort'],
    ['reqq', 'd4:reqqi-1ee', 'maxRequests'],
    ['metadata_size', 'd13:metadata_sizei99999999ee', 'metadataSizeBytes'],
    ['yourip', 'd6:yourip3:abce', 'yourIp'],
    ['v', 'd1:v2:\xff\xfee', 'version'],
  ] as const)('a value of %s that means nothing counts as not said: %s', (_name, text, field) => {
    expect(decode(text)[field]).toBeUndefined();
  });

  it('a claim to queue a billion requests is taken as 10,000', () => {
    expect(decode('d4:reqqi1000000000ee').maxRequests).toBe(10_000);
  });

  it.each([
    ['not a dictionary', 'le'],
    ['m is a list', 'd1:mlee'],
    ['an id above a byte', 'd1:md6:ut_pexi256eee'],
    ['a negative id', 'd1:md6:ut_pexi-1eee'],
    ['an id that is text', 'd1:md6:ut_pex1:1ee'],
    ['two extensions of one id', 'd1:md1:ai3e1:bi3eee'],
    ['a name of 65 characters', `d1:md65:${'n'.repeat(65)}i1eee`],
    ['a port that is text', 'd1:p4:6881e'],
    ['a version that is a number', 'd1:vi1ee'],
    [
      '65 extensions',
      `d1:md${Array.from({ length: 65 }, (_, i) => `2:${String.fromCharCode(48 + (i >> 4), 97 + (i & 15))}i${i + 1}e`).join('')}ee`,
    ],
  ])('threat row 9: %s is refused', (_name, text) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'wire_extension_handshake' }));
  });

  it.each([
    ['nothing', ''],
    ['bytes after the end', 'd1:mdeex'],
    ['unsorted keys', 'd1:v1:x1:mdee'],
    ['a handshake of 9 KiB', `d1:v9216:${'x'.repeat(9216)}e`],
    ['deep nesting', `d1:m${'l'.repeat(50)}${'e'.repeat(51)}`],
    ['__proto__', 'd9:__proto__d3:fooi1ee1:mlee'],
  ])('threat row 7: %s is refused', (_name, text) => {
    expect(() => decode(text)).toThrow(PeerError);
  });

  it('damaged handshakes end in a PeerError or in values within their limits', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const good = encodeExtensionHandshake(FULL);
    for (let round = 0; round < 5000; round++) {
      const bytes = good.slice();
      for (let i = 1 + random.integer(3); i > 0; i--)
        bytes[random.integer(bytes.length)] =
          random.integer(2) === 0 ? random.integer(256) : 48 + random.integer(10);
      try {
        const { listenPort, messages } = parseExtensionHandshake(bytes);
        for (const id of messages.values()) expect(id, `seed ${seed}`).toBeLessThan(256);
        if (listenPort !== undefined) expect(listenPort, `seed ${seed}`).toBeLessThan(65_536);
      } catch (error) {
        if (!(error instanceof PeerError)) throw new Error(`seed ${seed} round ${round}`, { cause: error });
      }
    }
  });
});
