/** Commands that work for minutes tell before they begin where they could write nothing. Real processes. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/fleet.ts';
import { tempDirectory } from '../support/temp-directory.ts';

it.each([
  ['sim --plot', ['sim/main.js', '--plot']],
  ['sim --json', ['sim/main.js', '--json']],
  ['sim --trace', ['sim/main.js', '--trace']],
  ['lab --plot', ['sim/labs/main.js', 'tit-for-tat', '--plot']],
  ['netlab --json', ['netlab/main.js', '--scenario', 'all', '--json']],
])(
  '%s FILE in a folder that does not exist: one line that says what to do, exit 2',
  (_name, [program = '', ...words]) => {
    const missing = path.join(tempDirectory(), 'missing');
    const { status, stdout, stderr } = run(program, [...words, path.join(missing, 'file')]);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(`${words.at(-1)} wants a folder that exists: make ${missing} first`);
    expect([status, stdout]).toEqual([2, '']);
    expect(existsSync(missing)).toBe(false);
  },
);

it.each(['load', 'shots'])(
  '%s --out FOLDER that cannot be made, for a file is in its way: the same',
  (command) => {
    const file = path.join(tempDirectory(), 'file');
    writeFileSync(file, '');
    const { status, stdout, stderr } = run(`${command}/main.js`, ['--out', path.join(file, 'report')]);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(`--out wants a folder, and ${file} is a file`);
    expect([status, stdout]).toEqual([2, '']);
  },
);

const run = (program: string, words: readonly string[]) =>
  spawnSync(process.execPath, [path.join('dist/test', program), ...words], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
