/** Goal: what goes in comes out, whatever the keys are; and only what has one canonical form is written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, decodeWithOffsets, encode } from '../../../shared/bencode/bencode.ts';
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeInput,
  type BencodeValue,
  dictionary,
} from '../../../shared/bencode/value.ts';
import { fromLatin1, toLatin1 } from '../../../shared/bytes.ts';
import { InternalError, PeerError } from '../../../shared/errors.ts';

const read = (text: string): BencodeValue => decode(fromLatin1(text));
const write = (value: BencodeInput): string => toLatin1(encode(value));

/** Latin1 text as keys: raw bytes, with the ones that trip objects up made likely. */
const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '10', '9', '', 'a', 'info'),
  fc.uint8Array({ maxLength: 20 }).map(toLatin1),
);
const values: fc.Arbitrary<BencodeValue> = fc.letrec<{ value: BencodeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.maxSafeInteger().map((n) => n + 0),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).value;

describe('decode', () => {
  test('the examples of BEP 3', () => {
    expect(asText(read('4:spam'))).toBe('spam');
    expect(read('i3e')).toBe(3);
    expect(read('i-3e')).toBe(-3);
    expect(read('i0e')).toBe(0);
    expect(read('l4:spam4:eggse')).toEqual([fromLatin1('spam'), fromLatin1('eggs')]);
    expect(read('d3:cow3:moo4:spam4:eggse')).toEqual(
      new Map([
        ['cow', fromLatin1('moo')],
        ['spam', fromLatin1('eggs')],
      ]),
    );
    expect(read('d4:spaml1:a1:bee')).toEqual(new Map([['spam', [fromLatin1('a'), fromLatin1('b')]]]));
  });

  test('keys of raw bytes stay themselves, as scrape answers and piece layers need', () => {
    const key = toLatin1(Uint8Array.from({ length: 20 }, (_, i) => 236 + i));
    const value = read(`d5:filesd20:${key}d8:completei5eeee`);
    expect(asDictionary(asDictionary(value)?.get('files'))?.has(key)).toBe(true);
  });

  test('a raw key and the hex text of it are two keys', () => {
    expect([...(read('d2:ffi1e1:\xffi2ee') as Map<string, number>)]).toEqual([
      ['ff', 1],
      ['\xff', 2],
    ]);
  });

  test('`__proto__` is a key like any other', () => {
    const value = read('d9:__proto__d8:pollutedi1eee') as Map<string, BencodeValue>;
    expect([...value.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('`constructor`, `toString` and other inherited names are absent unless sent', () => {
    const value = asDictionary(read('d1:ai1ee'));
    expect(value?.get('constructor')).toBeUndefined();
    expect(value?.get('toString')).toBeUndefined();
  });

  test('keys come in raw order, numeric ones too', () => {
    expect([...(read('d2:10i1e1:9i2e1:ai3ee') as Map<string, number>).keys()]).toEqual(['10', '9', 'a']);
  });

  test('a key that looks like a byte order mark keeps it', () => {
    expect([...(read('d4:\xef\xbb\xbfai1ee') as Map<string, number>).keys()]).toEqual(['\xef\xbb\xbfa']);
  });

  test('byte strings are copies of the input', () => {
    for (const text of ['d1:a3:abce', 'd1:\xff3:abce']) {
      const bytes = fromLatin1(text);
      const [value] = [...(decode(bytes) as Map<string, Uint8Array>).values()];
      bytes.fill(0);
      expect(toLatin1(value as Uint8Array)).toBe('abc');
    }
  });

  test('a view into a larger buffer is read from its own start to its own end', () => {
    const message = Buffer.from('xxd1:ai1e1:\xff2:okeyy', 'latin1').subarray(2, -2);
    expect(asText(asDictionary(decode(message))?.get('\xff'))).toBe('ok');
  });

  test('trailing bytes are left where they are', () => {
    const { value, endOffset } = decodeWithOffsets(fromLatin1('d1:ai1eeREST'), { allowTrailing: true });
    expect([value, endOffset]).toEqual([new Map([['a', 1]]), 8]);
  });
});

describe('encode', () => {
  test('keys are sorted by raw bytes, whatever their order was', () => {
    const entries = ['\xff', 'b', '\x80', 'a', 'B', '', 'aa', '\x09'].map((key) => [key, 1] as const);
    expect(write(new Map(entries))).toBe('d0:i1e1:\x09i1e1:Bi1e1:ai1e2:aai1e1:bi1e1:\x80i1e1:\xffi1ee');
  });

  test('the raw keys that the package sorts wrongly', () => {
    const order = [9, 10, 200, 226, 255];
    const map = new Map([...order].reverse().map((byte) => [String.fromCharCode(byte), byte]));
    expect([...(decode(encode(map)) as Map<string, number>).values()]).toEqual(order);
  });

  test('text is UTF-8', () => {
    expect(write('Käse €')).toBe('9:K\xc3\xa4se \xe2\x82\xac');
  });

  test.each<[string, unknown]>([
    ['a float', 1.5],
    ['an integer beyond 2^53', 2 ** 53],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['null', null],
    ['a boolean', true],
    ['a bigint', 1n],
    ['a plain object', { a: 1 }],
    ['undefined in a list', [undefined]],
    ['a hole in a list', Object.assign([], { length: 1 })],
    ['undefined in a dictionary', new Map([['a', undefined]])],
    [
      'undefined beside a binary key',
      new Map<string, unknown>([
        ['\xff', 1],
        ['z', undefined],
      ]),
    ],
    ['a key beyond latin1', new Map([['€', 1]])],
  ])('%s is refused, not written as something else', (_, value) => {
    expect(() => encode(value as BencodeInput)).toThrow(InternalError);
  });

  test('dictionary() leaves undefined fields out and keeps zero and the empty text', () => {
    expect(write(dictionary({ b: 0, a: '', c: undefined }))).toBe('d1:a0:1:bi0ee');
  });
});

describe('readers answer undefined for another type', () => {
  test.each<[string, (value: BencodeValue | undefined) => unknown, string]>([
    ['asInteger', asInteger, 'i5e'],
    ['asBytes', asBytes, '1:a'],
    ['asText', asText, '1:a'],
    ['asList', asList, 'le'],
    ['asDictionary', asDictionary, 'de'],
  ])('%s', (_, reader, own) => {
    for (const text of ['i5e', '1:a', 'le', 'de']) {
      expect(reader(read(text)) !== undefined).toBe(text === own);
    }
    expect(reader(undefined)).toBeUndefined();
  });

  test('asText refuses bytes that are not UTF-8', () => {
    expect(asText(read('2:\xc3\x28'))).toBeUndefined();
  });
});

describe('random inputs', () => {
  test('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(sorted(decode(encode(value)))).toEqual(sorted(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever decodes has one form: encode(decode(x)) = x, also for damaged messages', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(values, damage, fc.nat({ max: 3 }), (value, changes, cut) => {
        const bytes = encode(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        expectSound(bytes.subarray(0, bytes.length - cut));
      }),
      { numRuns: 5000 },
    );
  });

  test('random bytes of the alphabet end in a value or a typed error', () => {
    const letter = fc.constantFrom(...'ilde0123456789:-'.split(''), '\xff', 'a');
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 30 }), (letters) =>
        expectSound(fromLatin1(letters.join(''))),
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('named regressions', () => {
  test.each([
    ['a dictionary in a list in a dictionary with a raw key', 'd1:ald1:\xff0:eee'],
    ['a raw key above plain ones', 'd1:\xffd1:ali1eeee'],
    ['empty containers under a raw key', 'd1:\xfele1:\xffd1:ale1:bdeee'],
    ['`__proto__` deep in lists', 'lld9:__proto__i1eeee'],
    ['an empty key', 'd0:0:e'],
    ['NUL in a key', 'd1:\x00i1ee'],
    ['the replacement character as a key', 'd3:\xef\xbf\xbdi1ee'],
  ])('%s', (_, text) => {
    expect(toLatin1(encode(read(text)))).toBe(text);
  });
});

/** Either a value that encodes to the very same bytes, or a PeerError with a code of ours. */
function expectSound(bytes: Uint8Array): void {
  let value: BencodeValue;
  try {
    value = decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(PeerError);
    expect((error as PeerError).code).toMatch(/^bencode_/);
    return;
  }
  expect(toLatin1(encode(value))).toBe(toLatin1(bytes));
}

/** Maps compare by order too, so that the order of keys is part of what is compared. */
function sorted(value: BencodeValue): unknown {
  if (typeof value === 'number' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = [...(value as ReadonlyMap<string, BencodeValue>)];
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]);
}
