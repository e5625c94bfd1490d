import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recallEdges, rememberEdges } from '../../../storefront/src/edges/edge-memory.ts';
import { UNKNOWN_HEALTH } from '../../../storefront/src/edges/health.ts';
import { edge } from './fleet.ts';

const DAY_MS = 24 * 3_600_000;

it('remembers the latency of edges that answered, and nothing bad of others', () => {
  const text = rememberEdges([
    edge('a', { latencyMs: 12.5 }),
    edge('dead', { probe: 'failed' }),
    edge('new'),
  ]);
  expect(recallEdges(text, 'http:', DAY_MS)).toEqual([
    { name: 'a', url: 'http://a', listedAtMs: 0, health: { ...UNKNOWN_HEALTH, latencyMs: 12.5 } },
  ]);
});

it('forgets after a week, and what is from the future', () => {
  const text = rememberEdges([{ ...edge('a', { latencyMs: 1 }), listedAtMs: 10 * DAY_MS }]);
  expect(recallEdges(text, 'http:', 17 * DAY_MS)).toHaveLength(1);
  expect(recallEdges(text, 'http:', 17 * DAY_MS + 1)).toEqual([]);
  expect(recallEdges(text, 'http:', 9 * DAY_MS)).toEqual([]);
});

it('whatever else storage holds is forgotten', () => {
  const bad = [
    null,
    '',
    'x',
    '[]',
    '{"version":1}',
    '{"version":2,"edges":[]}',
    '{"version":1,"edges":[null,5]}',
  ];
  for (const text of bad) expect(recallEdges(text, 'http:', 0)).toEqual([]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(recallEdges(JSON.stringify({ version: 1, edges: [value] }), 'http:', 0)).toEqual([]);
    }),
  );
});
