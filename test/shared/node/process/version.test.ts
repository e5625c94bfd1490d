import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { InternalError } from '../../../../shared/errors.ts';
import { packageVersion } from '../../../../shared/node/process/version.ts';

test('from source it is the version in package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
  expect(packageVersion()).toBe(manifest.version);
});

test('from dist/ it is found too, one folder further up; a manifest that is broken or has no version is passed over', () => {
  const root = mkdtempSync(join(tmpdir(), 'shoal-version-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const deep = join(root, 'dist/shared/node/process');
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"name":"shoal","version":"9.8.7"}');
  writeFileSync(join(root, 'dist/package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'dist/shared/package.json'), '{');
  expect(packageVersion(pathToFileURL(join(deep, 'version.js')).href)).toBe('9.8.7');
});

test('without one it is an error of ours', () => {
  expect(() => packageVersion('file:///nowhere/at/all/version.js')).toThrow(InternalError);
});
