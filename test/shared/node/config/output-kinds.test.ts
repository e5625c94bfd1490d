/** What cannot be written when a run ends is told before it begins: here of each kind, and of commands that take one. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { outputFile, outputFolder } from '../../../../shared/node/config/output-kinds.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

/** Root may write anywhere. */
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = tempDirectory();
  writeFileSync(join(folder, 'there'), 'before');
  mkdirSync(join(folder, 'closed'));
  chmodSync(join(folder, 'closed'), 0o555);
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

  test.skipIf(isRoot)('where nothing may be written', () => {
    expect(() => outputFile.parse(join(folder, 'closed', 'new.svg'))).toThrow('closed may not');
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

  test.skipIf(isRoot)('where nothing may be written', () => {
    expect(() => outputFolder.parse(join(folder, 'closed', 'new'))).toThrow('closed may not');
  });
});
