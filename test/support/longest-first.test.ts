import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { present } from './longest-first.ts';

test('a file of the list that is not there is an error, not a file without a place', () => {
  const here = basename(import.meta.filename);
  expect(present(import.meta.dirname, [here])).toEqual([here]);
  expect(() => present(import.meta.dirname, [here, 'renamed.test.ts'])).toThrow(/names renamed\.test\.ts/);
});
