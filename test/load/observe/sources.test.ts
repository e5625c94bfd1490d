import { expect, test } from 'vitest';
import type { Outcome } from '../driver/drive.ts';
import { sourceOf, sourcesOf } from './sources.ts';

test.each([
  ['edge-1; hit; detail=memory', 'memory'],
  ['edge-1; hit; detail=disk', 'disk'],
  ['"an edge"; hit; detail=memory', 'memory'],
  ['nginx; hit', 'disk'],
  ['nginx; fwd=miss', 'fetched'],
  ['edge-1; fwd=miss; detail=swarm', 'fetched'],
  ['edge-1; fwd=partial; detail="disk=100 swarm=0 web-seed=0"', 'fetched'],
  ['', 'fetched'],
])('%j: %s', (cacheStatus, source) => {
  expect(sourceOf(cacheStatus)).toBe(source);
});

test('what was fetched is shared out as the edges took it; failures count for nothing', () => {
  const outcome = (cacheStatus: string, bytes: number, isGood = true) =>
    ({ cacheStatus, bytes, isGood }) as Outcome;
  const outcomes = [
    outcome('e; hit; detail=memory', 10),
    outcome('e; hit; detail=disk', 20),
    outcome('e; fwd=miss', 100),
    outcome('e; fwd=miss', 1_000, false),
  ];
  expect(sourcesOf(outcomes, { peers: 3, webSeed: 1 })).toEqual({
    memory: 10,
    disk: 20,
    peers: 75,
    webSeed: 25,
  });
  expect(sourcesOf(outcomes, { peers: 0, webSeed: 0 })).toMatchObject({ peers: 0, webSeed: 100 });
});
