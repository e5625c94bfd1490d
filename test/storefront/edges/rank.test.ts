import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendezvousOrder } from '../../../shared/http/rendezvous.ts';
import { isAvoided } from '../../../storefront/src/edges/health.ts';
import { nextSource, rankEdges } from '../../../storefront/src/edges/rank.ts';
import { edge, imageIdOf, ORIGIN } from './fleet.ts';

const IMAGE = imageIdOf(7);
const names = (edges: readonly { name: string }[]) => edges.map(({ name }) => name);

describe('rank', () => {
  it('among near-equal edges the image decides, not the milliseconds', () => {
    const fleet = [edge('a', { latencyMs: 12 }), edge('b', { latencyMs: 30 }), edge('c', { latencyMs: 55 })];
    const expected = rendezvousOrder(IMAGE, ['a', 'b', 'c'], (name) => `http://${name}`);
    expect(names(rankEdges(fleet, IMAGE, 0))).toEqual(expected);
    const jittered = [
      edge('a', { latencyMs: 40 }),
      edge('b', { latencyMs: 11 }),
      edge('c', { latencyMs: 21 }),
    ];
    expect(names(rankEdges(jittered, IMAGE, 0))).toEqual(expected);
  });

  it('a far edge comes after every near one, farther ones by latency', () => {
    const fleet = [
      edge('far', { latencyMs: 300 }),
      edge('mid', { latencyMs: 150 }),
      edge('near', { latencyMs: 20 }),
    ];
    for (let image = 0; image < 20; image += 1) {
      expect(names(rankEdges(fleet, imageIdOf(image), 0))).toEqual(['near', 'mid', 'far']);
    }
  });

  it('without any measurement all edges are alike', () => {
    const firsts = Array.from(
      { length: 60 },
      (_, image) => rankEdges([edge('a'), edge('b')], imageIdOf(image), 0)[0]?.name,
    );
    expect(new Set(firsts)).toEqual(new Set(['a', 'b']));
  });

  it('an edge not measured yet comes after those that answered', () => {
    expect(names(rankEdges([edge('new'), edge('far', { latencyMs: 500 })], IMAGE, 0))).toEqual([
      'far',
      'new',
    ]);
  });

  it('an avoided edge is left out', () => {
    expect(names(rankEdges([edge('dead', { probe: 'failed' }), edge('a')], IMAGE, 0))).toEqual(['a']);
  });
});

describe('candidates', () => {
  const question = { imageId: IMAGE, edges: [edge('a'), edge('b'), edge('c')], origin: ORIGIN, nowMs: 0 };

  it('a failed edge is followed by each other edge once, at last by the origin, then by nothing', () => {
    const tried = new Set<string>();
    const path: string[] = [];
    for (;;) {
      const source = nextSource({ ...question, tried });
      if (source === undefined) break;
      path.push(source.name);
      tried.add(source.url);
    }
    expect(path).toEqual([...names(rankEdges(question.edges, IMAGE, 0)), 'origin']);
    expect(path).toHaveLength(4);
  });

  it('without edges the origin serves', () => {
    expect(nextSource({ ...question, edges: [], tried: new Set() })).toEqual(ORIGIN);
  });

  it('an image stays where it came from before, unless that edge is avoided', () => {
    for (const { name, url } of question.edges) {
      expect(nextSource({ ...question, tried: new Set(), preferredUrl: url })?.name).toBe(name);
    }
    const edges = [edge('a', { probe: 'failed' }), edge('b')];
    expect(nextSource({ ...question, edges, tried: new Set(), preferredUrl: 'http://a' })?.name).toBe('b');
  });

  it('is never an edge that is avoided or was tried, and the origin only when no such edge is left', () => {
    const edges = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c') }),
        latencyMs: fc.option(fc.nat(500)),
        probe: fc.constantFrom('none', 'ok', 'failed'),
        avoidUntilMs: fc.nat(20),
        tried: fc.boolean(),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(edges, (drawn) => {
        const fleet = drawn.map(({ name, latencyMs, probe, avoidUntilMs }) =>
          edge(name, { latencyMs, probe, avoidUntilMs }),
        );
        const tried = new Set(drawn.filter((each) => each.tried).map(({ name }) => `http://${name}`));
        const usable = fleet.filter(({ url, health }) => !tried.has(url) && !isAvoided(health, 10));
        const source = nextSource({ ...question, edges: fleet, tried, nowMs: 10 });
        if (usable.length === 0) expect(source).toEqual(ORIGIN);
        else expect(names(usable)).toContain(source?.name);
      }),
    );
  });
});
