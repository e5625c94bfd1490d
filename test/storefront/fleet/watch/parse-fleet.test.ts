import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDemoFleet, parseOriginFleet } from '../../../../storefront/src/fleet/watch/parse-fleet.ts';

const bytes = { wanted: 9, verified: 8, fromPeers: 5, fromOrigin: 3, uploaded: 7 };
const status = { images: { known: 2, complete: 1 }, bytes, peers: 4 };
const limits = { upBytesPerSecond: 0, downBytesPerSecond: 1024 };
const edge = { name: 'edge-1', url: 'http://127.0.0.1:8081/', state: 'running', limits };

describe('what is said of edges', () => {
  it('the demo tells state, limits and status', () => {
    const fleet = parseDemoFleet({
      edges: [{ ...edge, status: { ...status, uptimeSeconds: 6 } }],
      edgesMax: 16,
      atMs: 5,
    });
    expect(fleet).toEqual({
      edgesMax: 16,
      atMs: 5,
      toldEveryMs: 0,
      edges: [
        {
          name: 'edge-1',
          url: 'http://127.0.0.1:8081',
          state: 'running',
          limits,
          figures: {
            known: 2,
            complete: 1,
            verifiedBytes: 8,
            fromPeersBytes: 5,
            fromOriginBytes: 3,
            uploadedBytes: 7,
            peers: 4,
            uptimeSeconds: 6,
          },
        },
      ],
    });
  });

  it('the origin tells who is live', () => {
    const edges = [
      { ...status, name: 'a', url: 'http://a.example', live: true },
      { ...status, name: 'b', url: 'http://b.example', live: false },
    ];
    const states = parseOriginFleet({ edges }, 7)?.edges.map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ['a', 'live'],
      ['b', 'away'],
    ]);
  });

  it.each([
    ['an address that runs a script', { ...edge, url: 'javascript:alert(1)' }],
    ['an unknown state', { ...edge, state: 'melted' }],
    ['no name', { ...edge, name: 7 }],
    ['no limits', { ...edge, limits: null }],
    ['nothing', null],
  ])('an edge with %s is left out', (_what, wrong) => {
    expect(parseDemoFleet({ edges: [wrong, { ...edge, status: null }] })?.edges).toHaveLength(1);
  });

  it('whatever is answered, it is a fleet or none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (answer, entry) => {
        for (const given of [answer, { edges: [entry] }, { edges: [{ ...edge, status: entry }] }]) {
          const read = [parseDemoFleet(given), parseOriginFleet(given, 0)];
          for (const fleet of read)
            expect(fleet?.edges.every(({ url }) => /^https?:/.test(url)) ?? true).toBe(true);
        }
      }),
    );
  });
});
