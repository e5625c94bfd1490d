import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandOf } from './result-of.ts';

test('the command to get a report again is one that a shell takes apart as it was given, variables among it', () => {
  const given = ['--photos', '/my photos/a', '--out', "it's $HOME"];
  const command = commandOf(given, { SHOAL_SEED: '7', SHOAL_EDGES: '', SHOAL_NAME: 'not of this program' });
  expect(command).toMatch(/^SHOAL_SEED=7 npm run load -- --photos /);
  const words = command.slice(command.indexOf('--photos'));
  expect(
    execFileSync('sh', ['-c', `printf '%s\\n' ${words}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n'),
  ).toEqual(given);
  expect(commandOf([], {})).toBe('npm run load');
});
