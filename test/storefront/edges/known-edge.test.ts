import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeEdges, parseBaseUrl, parseEdgeList } from '../../../storefront/src/edges/known-edge.ts';
import { edge } from './fleet.ts';

const listed = (url: unknown, more: object = {}) => ({ name: 'e', url, live: true, ...more });

describe('the answer of /api/edges', () => {
  it('keeps live edges with a web address, in one form', () => {
    const answer = { edges: [listed('http://a:8081/'), listed('http://b:8081'), listed('http://a:8081')] };
    expect(parseEdgeList(answer, 'http:')).toEqual([
      { name: 'e', url: 'http://a:8081' },
      { name: 'e', url: 'http://b:8081' },
    ]);
  });

  it.each([
    ['not live', listed('http://a', { live: false })],
    ['javascript', listed('javascript:alert(1)')],
    ['data', listed('data:text/html,x')],
    ['no URL', listed('nonsense')],
    ['a number', listed(5)],
    ['no name', { url: 'http://a', live: true }],
    ['null', null],
  ])('leaves out an entry that is %s', (_, entry) => {
    expect(parseEdgeList({ edges: [entry] }, 'http:')).toEqual([]);
  });

  it('a page on https takes no edge on http', () => {
    expect(parseBaseUrl('http://a', 'https:')).toBeUndefined();
    expect(parseBaseUrl('https://a', 'https:')).toBe('https://a');
    expect(parseBaseUrl('http://user:secret@a:1/cdn/?q#f', 'http:')).toBe('http://a:1/cdn');
  });

  it('anything else is no list, and nothing throws', () => {
    for (const answer of [null, 5, 'x', [], {}, { edges: {} }]) {
      expect(parseEdgeList(answer, 'http:')).toBeUndefined();
    }
    fc.assert(fc.property(fc.jsonValue(), (answer) => void parseEdgeList({ edges: [answer] }, 'http:')));
  });

  it('a list of thousands is cut', () => {
    const edges = Array.from({ length: 5_000 }, (_, number) => listed(`http://e${number}`));
    expect(parseEdgeList({ edges }, 'http:')).toHaveLength(64);
  });
});

describe('merging a new list', () => {
  it('what was measured stays', () => {
    const known = [edge('a', { latencyMs: 20 })];
    const merged = mergeEdges(known, [{ name: 'renamed', url: 'http://a' }], 5);
    expect(merged).toEqual([{ ...known[0], name: 'renamed', listedAtMs: 5 }]);
  });

  it('an edge that is no longer listed stays for a minute: the origin may only have restarted', () => {
    const known = mergeEdges([], [{ name: 'a', url: 'http://a' }], 1_000);
    expect(mergeEdges(known, [], 60_999)).toHaveLength(1);
    expect(mergeEdges(known, [], 61_000)).toEqual([]);
  });
});
