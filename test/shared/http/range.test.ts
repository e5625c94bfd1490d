import { describe, expect, test } from 'vitest';
import { type ByteRange, contentRange, parseRange, unsatisfiedRange } from '../../../shared/http/range.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

const WHOLE = { type: 'whole' };
const UNSATISFIABLE = { type: 'unsatisfiable' };
const ranges = (...pairs: readonly (readonly [number, number])[]) => ({
  type: 'ranges',
  ranges: pairs.map(([startBytes, endBytes]) => ({ startBytes, endBytes })),
});

describe('one range (RFC 9110 section 14.1.2)', () => {
  test.each([
    ['bytes=0-0', ranges([0, 1])],
    ['bytes=0-499', ranges([0, 500])],
    ['bytes=500-', ranges([500, 1000])],
    ['bytes=0-999', ranges([0, 1000])],
    ['bytes=9-10', ranges([9, 11])],
    ['bytes=0-', ranges([0, 1000])],
    ['bytes=-1', ranges([999, 1000])],
    ['bytes=-1000', ranges([0, 1000])],
    ['bytes=999-5000', ranges([999, 1000])],
    ['BYTES=1-2', ranges([1, 3])],
    ['bytes= 1-2 ', ranges([1, 3])],
    ['bytes=0001-0002', ranges([1, 3])],
  ])('%s', (field, wish) => {
    expect(parseRange(field, 1000)).toEqual(wish);
  });

  test.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0', 'bytes=5000-6000, -0'])(
    '%s lies outside',
    (field) => {
      expect(parseRange(field, 1000)).toEqual(UNSATISFIABLE);
    },
  );

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=1-2-3',
    'bytes=+1-2',
    'bytes=0x1-2',
    'bytes=1.0-2',
    'bytes 0-1',
    'items=0-1',
    'bytes =0-1',
    'bytes=0-1;2-3',
    'bytes=1 -2',
    'bytes=0-1,x',
    'bytes=٠-١',
    `bytes=0-${'0'.repeat(2000)}`,
  ])('%s is malformed or unknown, so the field is ignored', (field) => {
    expect(parseRange(field, 1000)).toEqual(WHOLE);
  });

  test('nothing of an empty file can be asked for (Varnish c00135)', () => {
    for (const field of ['bytes=0-', 'bytes=0-0', 'bytes=-5'])
      expect(parseRange(field, 0)).toEqual(UNSATISFIABLE);
  });
});

describe('cache-tests: partial', () => {
  test.each([
    ['partial-store-complete-reuse-partial', 'bytes=0-1', 11, ranges([0, 2])],
    ['partial-store-complete-reuse-partial-no-last', 'bytes=1-', 11, ranges([1, 11])],
    ['partial-store-complete-reuse-partial-suffix', 'bytes=-1', 11, ranges([10, 11])],
    ['partial-store-partial-reuse-partial-byterange', 'bytes=6-8', 10, ranges([6, 9])],
    ['partial-store-partial-reuse-partial-absent', 'bytes=6-', 10, ranges([6, 10])],
  ])('%s: %s of %i', (_id, field, size, wish) => {
    expect(parseRange(field, size)).toEqual(wish);
  });
});

test('a field of 1024 characters is read, a longer one is ignored', () => {
  const field = (length: number) => `bytes=${'0'.repeat(length - 9)}1-2`;
  expect(field(1024)).toHaveLength(1024);
  expect(parseRange(field(1024), 1000)).toEqual(ranges([1, 3]));
  expect(parseRange(field(1025), 1000)).toEqual(WHOLE);
});

describe('threat row 43: range arithmetic', () => {
  test.each([
    ['bytes=-1001', ranges([0, 1000])],
    ['bytes=-18446744073709551615', ranges([0, 1000])],
    ['bytes=0-9007199254740992', ranges([0, 1000])],
    ['bytes=0-18446744073709551615', ranges([0, 1000])],
    ['bytes=18446744073709551615-', UNSATISFIABLE],
    ['bytes=9007199254740992-9007199254740993', UNSATISFIABLE],
    ['bytes=9007199254740993-9007199254740992', WHOLE],
    ['bytes=999999999999999-', UNSATISFIABLE],
  ])('%s', (field, wish) => {
    expect(parseRange(field, 1000)).toEqual(wish);
  });
});

describe('threat row 42: many and overlapping ranges', () => {
  test.each([
    ['bytes=0-0,2-2', ranges([0, 1], [2, 3])],
    ['bytes=900-,0-1', ranges([900, 1000], [0, 2])],
    ['bytes=0-1, 2-3', ranges([0, 4])],
    ['bytes=10-19,5-12,900-', ranges([5, 20], [900, 1000])],
    ['bytes=2-3, 0-1', ranges([0, 4])],
    ['bytes=0-0,10-10,20-20,5-12', ranges([0, 1], [5, 13], [20, 21])],
    ['bytes=10-10,40-40,20-20,5-25', ranges([5, 26], [40, 41])],
    ['bytes=40-40,10-10,20-20,5-25', ranges([40, 41], [5, 26])],
    ['bytes=0-0,2-2,1-1', ranges([0, 3])],
    ['bytes=0-498,500-999', ranges([0, 499], [500, 1000])],
    ['bytes=0-0,2000-', ranges([0, 1])],
    ['bytes=,0-0,,2-2,', ranges([0, 1], [2, 3])],
    ['bytes=0-0,2-2,4-4,6-6,8-8', ranges([0, 1], [2, 3], [4, 5], [6, 7], [8, 9])],
  ])('%s is coalesced', (field, wish) => {
    expect(parseRange(field, 1000)).toEqual(wish);
  });

  test.each([
    'bytes=0-0,2-2,4-4,6-6,8-8,10-10',
    'bytes=0-499,500-999',
    'bytes=0-,0-',
    'bytes=0-899,0-899',
    'bytes=-999,-1',
    'bytes=0-0,2000-,2000-,2000-,2000-,2000-',
    `bytes=${'0-,'.repeat(300)}`,
    `bytes=${Array.from({ length: 150 }, (_, i) => `5-${i + 5}`).join(',')}`,
  ])('%s is more than five or asks for the size or more: the whole file', (field) => {
    expect(parseRange(field, 1000)).toEqual(WHOLE);
  });
});

test('what it grants lies within the file, is not empty, never touches and never adds up to more than the file', () => {
  const pieces = [
    'bytes=',
    '-',
    ',',
    ' ',
    '0',
    '1',
    '7',
    '42',
    '999',
    '1000',
    '0-',
    '-5',
    '3-9',
    '99999999999999999999',
  ];
  let granted = 0;
  forRandomInputs(30_000, (random) => {
    const size = pick(random, [0, 1, 2, 10, 1000, 2 ** 31, 2 ** 40]);
    const field = (random.integer(4) > 0 ? 'bytes=' : '') + jumble(random, pieces, 14);
    const wish = parseRange(field, size);
    if (wish.type !== 'ranges') return;
    granted++;
    let sum = 0;
    const ordered: ByteRange[] = [...wish.ranges].sort((a, b) => a.startBytes - b.startBytes);
    ordered.forEach((range, i) => {
      const { startBytes, endBytes } = range;
      if (!(startBytes >= 0 && startBytes < endBytes && endBytes <= size))
        throw new Error(`${field} of ${size}`);
      const next = ordered[i + 1];
      if (next !== undefined && next.startBytes <= endBytes) throw new Error(`${field} overlaps`);
      sum += endBytes - startBytes;
    });
    if (wish.ranges.length > 5 || (wish.ranges.length > 1 && sum >= size))
      throw new Error(`${field} is too much`);
  });
  expect(granted).toBeGreaterThan(100);
});

test('a single range says what a plain reading of the section says', () => {
  forRandomInputs(5_000, (random) => {
    const size = 1 + random.integer(50);
    const first = random.integer(60);
    const last = random.integer(60);
    const wish = parseRange(`bytes=${first}-${last}`, size);
    const wanted = Array.from({ length: size }, (_, at) => at).filter((at) => at >= first && at <= last);
    if (last < first) expect(wish).toEqual(WHOLE);
    else if (wanted.length === 0) expect(wish).toEqual(UNSATISFIABLE);
    else expect(wish).toEqual(ranges([wanted[0]!, wanted.at(-1)! + 1]));
  });
});

test('several ranges say what a plain reading says: the same bytes, in the order first asked for', () => {
  let granted = 0;
  forRandomInputs(10_000, (random) => {
    const size = 1 + random.integer(200);
    const specs = Array.from({ length: 1 + random.integer(6) }, () => {
      const first = random.integer(size + 20);
      const length = 1 + random.integer(20);
      const form = random.integer(3);
      if (form === 0) return { text: `-${length}`, startBytes: Math.max(0, size - length), endBytes: size };
      if (form === 1 && first > size / 2)
        return { text: `${first}-`, startBytes: Math.min(first, size), endBytes: size };
      const endBytes = Math.min(first + length, size);
      return { text: `${first}-${first + length - 1}`, startBytes: Math.min(first, size), endBytes };
    });
    const lengths = specs.map(({ startBytes, endBytes }) => endBytes - startBytes);
    const inside = lengths.filter((length) => length > 0).length;
    const sum = lengths.reduce((total, length) => total + length, 0);
    const wish = parseRange(`bytes=${specs.map(({ text }) => text).join(', ')}`, size);
    if (specs.length > 5 || (inside > 1 && sum >= size)) return expect(wish).toEqual(WHOLE);
    if (inside === 0) return expect(wish).toEqual(UNSATISFIABLE);
    if (wish.type !== 'ranges') throw new Error(wish.type);
    granted++;
    const bytesOf = (list: readonly ByteRange[]) =>
      Array.from({ length: size }, (_, at) =>
        list.findIndex(({ startBytes, endBytes }) => at >= startBytes && at < endBytes),
      );
    const wanted = bytesOf(specs);
    const given = bytesOf(wish.ranges);
    expect(given.map((index) => index >= 0)).toEqual(wanted.map((index) => index >= 0));
    // Of each range given, the earliest spec that it holds; these must ascend.
    const places = wish.ranges.map((_, index) => Math.min(...wanted.filter((_, at) => given[at] === index)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
  expect(granted).toBeGreaterThan(1000);
});

test('Content-Range (section 14.4)', () => {
  expect(contentRange({ startBytes: 0, endBytes: 500 }, 1234)).toBe('bytes 0-499/1234');
  expect(unsatisfiedRange(1234)).toBe('bytes */1234');
});
