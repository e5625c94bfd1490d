/** What cannot be written when a run ends is told before it begins: here of each kind, and of commands that take one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { outputFile, outputFolder } from '../../../../shared/node/config/output-kinds.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

/** Root may write anywhere, so this asks in a process that is nobody by then. */
function parsedByNobody(kind: 'outputFile' | 'outputFolder', place: string): string {
  const compiled = pathToFileURL(resolve('dist/shared/node/config/output-kinds.js')).href;
  const program = `
    const kinds = await import(${JSON.stringify(compiled)});
    if (process.getuid() === 0) process.setuid(65534);
    try { console.log(kinds.${kind}.parse(${JSON.stringify(place)})); } catch (error) { console.log(error.message); }`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  }).trim();
}

let folder: string;
beforeEach(() => {
  folder = tempDirectory();
  writeFileSync(join(folder, 'there'), 'before');
  mkdirSync(join(folder, 'closed'));
  chmodSync(join(folder, 'closed'), 0o555);
  chmodSync(folder, 0o755);
});

describe('a file', () => {
  test('in a folder that exists, new or there already: its absolute path; nothing is made or changed', () => {
    expect(outputFile.parse(join(folder, 'x', '..', 'new.svg'))).toBe(join(folder, 'new.svg'));
    expect(existsSync(join(folder, 'new.svg'))).toBe(false);
    expect(outputFile.parse(join(folder, 'there'))).toBe(join(folder, 'there'));
    expect(outputFile.parse('/dev/null')).toBe('/dev/null');
  });

  test('what is wrong and what to do is told', () => {
    const wants = (place: string) => expect(() => outputFile.parse(join(folder, place)), place);
    wants('missing/new.svg').toThrow(`wants a folder that exists: make ${join(folder, 'missing')} first`);
    wants('closed').toThrow(`wants a file, and ${join(folder, 'closed')} is a folder`);
    wants('there/new.svg').toThrow(`wants a folder, and ${join(folder, 'there')} is a file`);
  });

  test('where nothing may be written', () => {
    const closed = join(folder, 'closed');
    expect(parsedByNobody('outputFile', join(closed, 'new.svg'))).toBe(
      `wants a place that may be written to: ${closed} may not`,
    );
    expect(parsedByNobody('outputFile', '/dev/null')).toBe('/dev/null');
  });
});

describe('a folder', () => {
  test('that is there, or can be made; nothing is made yet', () => {
    for (const place of ['', 'new', 'new/deep/down']) {
      expect(outputFolder.parse(join(folder, place))).toBe(join(folder, place));
      expect(existsSync(join(folder, 'new'))).toBe(false);
    }
    expect(outputFolder.parse('/')).toBe('/');
  });

  test('a file is in its way', () => {
    for (const place of ['there', 'there/deep/down'])
      expect(() => outputFolder.parse(join(folder, place))).toThrow(`${join(folder, 'there')} is a file`);
  });

  test('where nothing may be written', () => {
    const closed = join(folder, 'closed');
    expect(parsedByNobody('outputFolder', join(closed, 'new'))).toBe(
      `wants a place that may be written to: ${closed} may not`,
    );
  });
});
