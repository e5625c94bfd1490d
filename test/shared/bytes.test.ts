import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  fromLatin1,
  fromUtf8,
  readUint32,
  toHex,
  toLatin1,
  toUtf8,
  writeUint32,
} from '../../shared/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('comparing', () => {
  test('equalBytes and compareBytes agree with Buffer, for any bytes and views', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(b));
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(concatBytes([a, b]).subarray(a.length), b)).toBe(true);
      }),
    );
  });

  test('the order is of unsigned bytes, and a beginning comes before the whole', () => {
    const rising = [[], [0], [0, 0], [1], [0x7f], [0x80], [0xff], [0xff, 0]].map((list) =>
      Uint8Array.from(list),
    );
    for (let i = 0; i + 1 < rising.length; i++)
      expect(compareBytes(rising[i]!, rising[i + 1]!)).toBeLessThan(0);
  });
});

describe('text', () => {
  test('hex goes there and back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
      }),
    );
  });

  test.each(['a', 'abc', 'zz', '0x12', ' 12', '12\n', '1 2 ', '+1', 'é0'])('%j is no hex', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });

  test('latin1 goes there and back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromLatin1(toLatin1(value))).toEqual(value);
      }),
    );
  });

  test('fromUtf8 writes what TextEncoder writes, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '\ud800', '\udfff', '😀'),
        (text, more) => {
          expect(fromUtf8(text + more)).toEqual(new TextEncoder().encode(text + more));
        },
      ),
    );
  });

  test('toUtf8 takes exactly what a strict TextDecoder takes', () => {
    const strict = (value: Uint8Array) => {
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
      } catch {
        return undefined;
      }
    };
    const byte = fc.oneof(
      fc.constantFrom(
        0x00,
        0x7f,
        0x80,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
        0xff,
        0x9f,
        0xa0,
      ),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (list) => {
        const value = Uint8Array.from(list);
        expect(toUtf8(value)).toBe(strict(value));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    '\xc0\xae',
    '\xe0\x80\xae',
    '\xf0\x80\x80\xae',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    '\xe2\x82',
    '\x80',
    '\xf8\x88\x80\x80\x80',
  ])('RFC 3629: bytes %j are refused', (text) => expect(toUtf8(fromLatin1(text))).toBeUndefined());
});

test('32-bit integers are unsigned and big-endian, at any offset', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat({ max: 5 }), (value, at) => {
      const target = new Uint8Array(10);
      writeUint32(target, at, value);
      expect(new DataView(target.buffer).getUint32(at)).toBe(value);
      expect(readUint32(target, at)).toBe(value);
    }),
  );
});
