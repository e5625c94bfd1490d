import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMPILE_AS_USUAL, COMPILE_LATER } from '../../../../shared/node/process/compile-later.ts';

test('this Node knows the flag by which machine code is made later', () => {
  // An unknown flag is an error on the command line, and no more than a line on stderr when it is set later.
  const { status, stderr } = spawnSync(process.execPath, [COMPILE_LATER, '--eval', '0'], {
    encoding: 'utf8',
    env: {},
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the budget of later is the one that this Node has by itself', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8', env: {} });
  expect(stdout).toContain(`default: ${COMPILE_AS_USUAL}\n`);
});
