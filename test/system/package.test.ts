/** What `npm install shoal` gives: three programs, four modules with their types, and nothing that only tests need. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/fleet.ts';
import { tempDirectory } from '../support/temp-directory.ts';

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as Manifest;

function packed(): readonly string[] {
  const command = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent'];
  const answer = execFileSync('npm', command, { cwd: PROJECT, encoding: 'utf8' });
  const [{ files }] = JSON.parse(answer) as [{ files: { path: string }[] }];
  return files.map((file) => file.path);
}

it('the package holds its programs, its modules with their types, the pages, and no tests', () => {
  const files = packed();
  const wanted = [...Object.values(manifest.bin), ...Object.values(manifest.exports)];
  const types = Object.values(manifest.exports).map((file) => file.replace(/\.js$/, '.d.ts'));
  expect(files).toEqual(expect.arrayContaining([...wanted, ...types].map((file) => path.normalize(file))));
  expect(files).toContain('dist/storefront/index.html');
  expect(files.filter((file) => /(?:^|\/)test\//.test(file))).toEqual([]);
});

it('a shop in TypeScript may use the modules, and is told of a wrong argument', () => {
  const shop = tempDirectory();
  mkdirSync(path.join(shop, 'node_modules'));
  symlinkSync(PROJECT, path.join(shop, 'node_modules/shoal'));
  const modules = Object.keys(manifest.exports).map((name) => name.replace('.', 'shoal'));
  const source = [
    ...modules.map((name, index) => `import type * as module${index} from '${name}';`),
    "import { imageUrl } from 'shoal/image-url';",
    "export const right: string = imageUrl('', 'id', { width: 640, format: 'avif' });",
    '// @ts-expect-error a width is a number',
    "imageUrl('', 'id', { width: '640', format: 'avif' });",
    `export type All = [${modules.map((_name, index) => `typeof module${index}`).join(', ')}];`,
  ];
  writeFileSync(path.join(shop, 'shop.mts'), source.join('\n'));
  const tsc = path.join(PROJECT, 'node_modules/.bin/tsc');
  const types = ['--types', 'node', '--typeRoots', path.join(PROJECT, 'node_modules/@types')];
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--lib',
    'es2023',
    '--skipLibCheck',
    ...types,
  ];
  // Fails with what the compiler says, when it says something.
  execFileSync(tsc, [...options, 'shop.mts'], { cwd: shop, encoding: 'utf8', stdio: 'pipe' });
});
