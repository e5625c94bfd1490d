/** Goal: nothing that is not canonical bencode reaches the package, and nothing can make the pass run away. */
import { describe, expect, test } from 'vitest';
import { type BencodeErrorCode, type GuardOptions, guardBencode } from '../../../shared/bencode/guard.ts';
import { fromLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';

function codeOf(text: string, options?: GuardOptions): string {
  try {
    guardBencode(fromLatin1(text), options);
    return 'accepted';
  } catch (error) {
    if (error instanceof PeerError) return error.code;
    throw error;
  }
}

const REFUSED: readonly (readonly [text: string, code: BencodeErrorCode, why: string])[] = [
  ['', 'bencode_truncated', 'nothing'],
  ['l-3:', 'bencode_token', 'a negative length, on which the package loops without end'],
  ['-3:', 'bencode_token', 'a negative length'],
  ['10:abc', 'bencode_truncated', 'a length beyond the input'],
  ['9007199254740991:', 'bencode_truncated', 'a length beyond any input'],
  ['99999999999999999999:', 'bencode_length', 'a length that no number holds'],
  ['03:abc', 'bencode_length', 'a leading zero in a length'],
  ['00:', 'bencode_length', 'a length of two zeros'],
  ['3', 'bencode_truncated', 'a length without colon'],
  ['3;abc', 'bencode_length', 'another sign for the colon'],
  ['3.0:abc', 'bencode_length', 'a fraction as length'],
  ['+3:abc', 'bencode_token', 'a plus sign'],
  [' 3:abc', 'bencode_token', 'a space'],
  ['ie', 'bencode_integer', 'an integer without digits'],
  ['i-e', 'bencode_integer', 'a minus without digits'],
  ['i-0e', 'bencode_integer', 'minus zero'],
  ['i-01e', 'bencode_integer', 'minus and a leading zero'],
  ['i007e', 'bencode_integer', 'leading zeros'],
  ['i00e', 'bencode_integer', 'two zeros'],
  ['i+1e', 'bencode_integer', 'a plus sign in an integer'],
  ['i1.5e', 'bencode_integer', 'a float'],
  ['i1e5e', 'bencode_trailing', 'an exponent'],
  ['i--1e', 'bencode_integer', 'two signs'],
  ['i9007199254740992e', 'bencode_integer', '2^53'],
  ['i-9007199254740992e', 'bencode_integer', '-2^53'],
  ['i1', 'bencode_truncated', 'an integer that does not end'],
  ['i', 'bencode_truncated', 'the letter i alone'],
  ['l', 'bencode_truncated', 'a list that does not end'],
  ['li1e', 'bencode_truncated', 'a list with an item that does not end'],
  ['d', 'bencode_truncated', 'a dictionary that does not end'],
  ['d1:a', 'bencode_truncated', 'a key without value at the end'],
  ['d1:ae', 'bencode_token', 'a key without value'],
  ['di1e1:ae', 'bencode_key', 'an integer as key'],
  ['dle1:ae', 'bencode_key', 'a list as key'],
  ['d1:bi1e1:ai1ee', 'bencode_key_order', 'unsorted keys'],
  ['d1:ai1e1:ai2ee', 'bencode_key_order', 'a key twice'],
  ['d2:aai1e1:ai1ee', 'bencode_key_order', 'a longer key before its beginning'],
  ['d1:\xffi1e1:ai1ee', 'bencode_key_order', 'keys sorted as signed bytes'],
  ['e', 'bencode_token', 'an end without beginning'],
  ['x', 'bencode_token', 'an unknown letter'],
  ['i1ei2e', 'bencode_trailing', 'two values'],
  ['le\n', 'bencode_trailing', 'a line end after the value'],
];

describe('threat row 7: what is not canonical is refused with its code', () => {
  test.each(REFUSED)('%j is %s: %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

describe('what is canonical passes', () => {
  test.each([
    'i0e',
    'i-1e',
    'i9007199254740991e',
    'i-9007199254740991e',
    '0:',
    '3:abc',
    'le',
    'de',
    'd0:i1ee',
    'd1:ai1e2:aai2e1:bi3ee',
    'd1:A0:1:a0:e',
    'ld1:a0:eli1eee',
    'd1:a0:1:\xff0:e',
  ])('%j', (text) => {
    expect(codeOf(text)).toBe('accepted');
  });
});

describe('threat row 7: bombs', () => {
  test('nesting deeper than the limit is refused however deep it goes', () => {
    expect(codeOf('l'.repeat(1_000_000))).toBe('bencode_depth');
    expect(codeOf('d1:a'.repeat(250_000))).toBe('bencode_depth');
    expect(codeOf('l'.repeat(16) + 'e'.repeat(16))).toBe('accepted');
    expect(codeOf('l'.repeat(17) + 'e'.repeat(17))).toBe('bencode_depth');
    expect(codeOf('l'.repeat(100) + 'e'.repeat(100), { maxDepth: 100 })).toBe('accepted');
  });

  test('a depth limit above 100 is our own mistake', () => {
    expect(() => guardBencode(fromLatin1('le'), { maxDepth: 101 })).toThrow('bencode depth limit');
  });

  test('items are counted, keys and containers too', () => {
    expect(codeOf(`l${'le'.repeat(9_999)}e`)).toBe('accepted');
    expect(codeOf(`l${'le'.repeat(10_000)}e`)).toBe('bencode_items');
    expect(codeOf('d1:ai1ee', { maxItems: 3 })).toBe('accepted');
    expect(codeOf('d1:ai1ee', { maxItems: 2 })).toBe('bencode_items');
  });

  test('input over the byte limit is refused unread', () => {
    expect(codeOf('x'.repeat(11), { maxBytes: 10 })).toBe('bencode_size');
    expect(codeOf('8:12345678', { maxBytes: 10 })).toBe('accepted');
  });
});

describe('offsets', () => {
  test('with allowTrailing the end of the value is told (BEP 9 sends the piece after the dictionary)', () => {
    const guarded = guardBencode(fromLatin1('d8:msg_typei1eeAAAA'), { allowTrailing: true });
    expect(guarded.endOffset).toBe(15);
  });

  test('the range of a top-level key covers its value and nothing else', () => {
    const text = 'd1:ai1e4:infod4:infoi7ee1:z0:e';
    const { range } = guardBencode(fromLatin1(text), { rangeOf: 'info' });
    expect(text.slice(range?.startOffset, range?.endOffset)).toBe('d4:infoi7ee');
  });

  test('a key of the same name further in is not the one that was asked for', () => {
    expect(guardBencode(fromLatin1('d1:ad4:infoi1eee'), { rangeOf: 'info' }).range).toBeUndefined();
    expect(guardBencode(fromLatin1('ld4:infoi1eee'), { rangeOf: 'info' }).range).toBeUndefined();
  });
});
