import { describe, expect, test } from 'vitest';
import { evaluateConditions, parseEntityTags, rangeHolds } from '../../../shared/http/conditional.ts';
import { forRandomInputs, jumble, pick } from './random-inputs.ts';

const ETAG = '"abc"';
const ofNoneMatch = (ifNoneMatch: string) => evaluateConditions({ ifMatch: undefined, ifNoneMatch }, ETAG);
const ofMatch = (ifMatch: string) => evaluateConditions({ ifMatch, ifNoneMatch: undefined }, ETAG);

describe('If-None-Match compares weakly (RFC 9110 section 13.1.2)', () => {
  test.each([
    ['conditional-etag-strong-respond', '"abc"'],
    ['conditional-etag-weak-respond', 'W/"abc"'],
    ['conditional-etag-strong-respond-multiple-first', '"abc", "def"'],
    ['conditional-etag-strong-respond-multiple-second', '"xyz", "abc"'],
    ['conditional-etag-strong-respond-multiple-last', '"xyz" ,\t"def",W/"abc"'],
    ['any', '*'],
    ['empty members are ignored', ',, "abc",'],
    ['a comma within a tag does not end it', '"a,b", "abc"'],
    ['a star with blanks around', ' *\t'],
    ['the 64th tag is still looked at', `${'"x",'.repeat(63)}"abc"`],
    ['obs-text in another tag', '"\xfc\xff", "abc"'],
  ])('%s: %s is 304', (_title, field) => {
    expect(ofNoneMatch(field)).toBe('not-modified');
  });

  test.each([
    ['another tag', '"abcd"'],
    ['case counts', '"ABC"'],
    ['conditional-etag-quoted-respond-unquoted', 'abc'],
    ['conditional-etag-weak-respond-lowercase', 'w/"abc"'],
    ['conditional-etag-weak-respond-backslash', 'W\\"abc"'],
    ['conditional-etag-weak-respond-omit-slash', 'W"abc"'],
    ['malformed beside a match', '"abc" "def"'],
    ['open quote', '"abc'],
    ['beyond 64 tags nothing is looked at', `${'"x",'.repeat(64)}"abc"`],
    ['malformed before a match', 'x, "abc"'],
    ['malformed after a match', '"abc", x'],
    ['a blank between W/ and the tag', 'W/ "abc"'],
    ['DEL within the quotes', '"\x7f", "abc"'],
    ['a line end within the quotes', '"\n", "abc"'],
    ['a character beyond obs-text', '"\u0100", "abc"'],
    ['single quotes', "'abc'"],
    ['a star among tags', '"x", *'],
    ['empty', ''],
    ['a space within the quotes', '"a b", "abc"'],
  ])('%s: %s is a full answer', (_title, field) => {
    expect(ofNoneMatch(field)).toBe('proceed');
  });
});

describe('If-Match compares strongly and comes first (section 13.2.2)', () => {
  test('a strong tag or a star holds', () => {
    for (const field of ['"abc"', '"x", "abc"', '*', ' * ']) expect(ofMatch(field)).toBe('proceed');
  });
  test('a weak tag, another tag or nonsense does not', () => {
    for (const field of ['W/"abc"', '"x"', 'abc', '']) expect(ofMatch(field)).toBe('precondition-failed');
  });
  test('it decides before If-None-Match', () => {
    expect(evaluateConditions({ ifMatch: '"x"', ifNoneMatch: ETAG }, ETAG)).toBe('precondition-failed');
    expect(evaluateConditions({ ifMatch: ETAG, ifNoneMatch: ETAG }, ETAG)).toBe('not-modified');
  });
  test('conditional-etag-strong-respond-obs-text: such a tag is compared like any other', () => {
    const etag = '"\xfc\xff"';
    expect(evaluateConditions({ ifMatch: undefined, ifNoneMatch: `"x", W/${etag}` }, etag)).toBe(
      'not-modified',
    );
    expect(evaluateConditions({ ifMatch: etag, ifNoneMatch: undefined }, etag)).toBe('proceed');
  });
  test('the empty tag is a tag', () => {
    expect(evaluateConditions({ ifMatch: undefined, ifNoneMatch: '""' }, '""')).toBe('not-modified');
    expect(ofNoneMatch('""')).toBe('proceed');
  });
  test('If-Match holds and If-None-Match does not: the answer is full', () => {
    expect(evaluateConditions({ ifMatch: ETAG, ifNoneMatch: '"x"' }, ETAG)).toBe('proceed');
  });
  test('no condition, no matter', () => {
    expect(evaluateConditions({ ifMatch: undefined, ifNoneMatch: undefined }, ETAG)).toBe('proceed');
  });
});

test('If-Range wants this very strong tag; weak tags, dates and lists never hold (section 13.1.5)', () => {
  expect(rangeHolds(undefined, ETAG)).toBe(true);
  expect(rangeHolds('"abc"', ETAG)).toBe(true);
  expect(rangeHolds(' "abc"\t', ETAG)).toBe(true);
  for (const field of ['W/"abc"', '"x"', '"abc", "abc"', 'Sat, 29 Oct 1994 19:43:31 GMT', '*', ''])
    expect(rangeHolds(field, ETAG)).toBe(false);
});

test('a list read back is the list that was written; random text gives whole tags or none', () => {
  forRandomInputs(20_000, (random) => {
    const field = jumble(random, ['"abc"', 'W/', '"', ',', ' ', '"x,y"', '*', '\t', 'a'], 12);
    const tags = parseEntityTags(field);
    const written = tags.map((tag) => (tag.weak ? 'W/' : '') + tag.opaque).join(', ');
    expect(parseEntityTags(written)).toEqual(tags);
  });
});

test('a list of tags, however it is written, holds what was put in it', () => {
  forRandomInputs(10_000, (random) => {
    const blank = () => pick(random, ['', '', ' ', '\t', ' \t']);
    const tags = Array.from({ length: random.integer(6) }, () => ({
      weak: random.integer(2) === 0,
      opaque: pick(random, ['"abc"', '"abd"', '"a,c"', '""', '"\xfc"', '"\\"']),
    }));
    const members = tags.map((tag) => blank() + (tag.weak ? 'W/' : '') + tag.opaque + blank());
    const field = members
      .map((member) => (random.integer(5) === 0 ? `${blank()},${member}` : member))
      .join(',');
    expect(parseEntityTags(field)).toEqual(tags);
    const isNamed = tags.some((tag) => tag.opaque === ETAG);
    const isNamedStrongly = tags.some((tag) => tag.opaque === ETAG && !tag.weak);
    expect(ofNoneMatch(field)).toBe(isNamed ? 'not-modified' : 'proceed');
    expect(ofMatch(field)).toBe(isNamedStrongly ? 'proceed' : 'precondition-failed');
  });
});

test('a long field of blanks, commas or open quotes is read in one pass', () => {
  for (const piece of [' ', ',', '\t,', '"', 'W/', '"a" ']) {
    const field = piece.repeat(16_384 / piece.length);
    expect(['proceed', 'not-modified']).toContain(ofNoneMatch(field));
    expect(parseEntityTags(`${field}x`)).toEqual([]);
  }
});
