import { expect, test } from 'vitest';
import { leftovers } from './catalog.ts';

test('what an older build made and what a killed run left goes; what another run is making right now stays', () => {
  const names = ['load-ab-111', 'load-ab-222.71', 'load-ab-222.72', 'load-cd-111', 'load-cd-222.71'];
  expect(leftovers(names, 'load-ab-', (processId) => processId === 72)).toEqual([
    'load-ab-111',
    'load-ab-222.71',
  ]);
});
