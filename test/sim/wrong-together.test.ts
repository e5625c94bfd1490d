import { expect, test } from 'vitest';
import { wrongTogether } from './wrong-together.ts';

test('a swarm in which nobody honest is left has no figures, and is told instead of run', () => {
  expect(wrongTogether({ hosts: 8, liars: 4, kill: 3 })).toBeUndefined();
  expect(wrongTogether({ hosts: 2, liars: 2, kill: 0 })).toContain('of 2 hosts 2 lie and 0 die');
  expect(wrongTogether({ hosts: 8, liars: 4, kill: 4 })).toContain('at least one must be left');
  expect(wrongTogether({ hosts: 100, liars: 0, kill: 10, grow: [100, 10] })).toContain('of 10 hosts');
});
