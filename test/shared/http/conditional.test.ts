import { describe, expect, test } from 'vitest';
import { evaluateConditions, parseEntityTags, rangeHolds } from '../../../shared/http/conditional.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

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
    ['obs-text in another tag', '"\xfc\xff", "abc"'],
  ])('%s: %s is 304', (_title, field) => {
    expect(ofNoneMatch(field)).toBe('not-modified');
  });

  test.each([
    ['another tag', '"abcd"'],
    ['case counts', '"ABC"'],
    ['conditional-etag-strong-generate-unquoted', 'abc'],
    ['weakness is a capital W', 'w/"abc"'],
    ['malformed beside a match', '"abc" "def"'],
    ['open quote', '"abc'],
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
  test('no condition, no matter', () => {
    expect(evaluateConditions({ ifMatch: undefined, ifNoneMatch: undefined }, ETAG)).toBe('proceed');
  });
});

test('If-Range wants this very strong tag; weak tags, dates and lists never hold (section 13.1.5)', () => {
  expect(rangeHolds(undefined, ETAG)).toBe(true);
  expect(rangeHolds('"abc"', ETAG)).toBe(true);
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
