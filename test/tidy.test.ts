/** Style that can be executed: the import rules of docs/ARCHITECTURE.md, sizes, and what the core may not know. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const SOURCE = /\.(ts|tsx)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder)).flatMap((name) => {
    const file = path.join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    if (statSync(path.join(root, file)).isDirectory()) return filesBelow(file);
    return SOURCE.test(name) ? [file] : [];
  });
}

interface Source {
  readonly file: string;
  readonly text: string;
  /** Project files it imports, as paths from the root. */
  readonly imports: readonly string[];
  /** Packages and `node:` modules it imports. */
  readonly packages: readonly string[];
}

function read(file: string): Source {
  const text = readFileSync(path.join(root, file), 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
  const imports = named
    .filter((name) => name.startsWith('.'))
    .map((name) => path.relative(root, path.resolve(root, path.dirname(file), name)));
  return { file, text, imports, packages: named.filter((name) => !name.startsWith('.')) };
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const shared = filesBelow('shared').map(read);
const pure = shared.filter(({ file }) => !file.startsWith('shared/node/'));
const apps = { server: filesBelow('server').map(read), 'edge-node': filesBelow('edge-node').map(read) };
const storefront = filesBelow('storefront').map(read);
const sources = [...shared, ...apps.server, ...apps['edge-node'], ...storefront];

/** From the values up; a file imports its own layer or one before it. */
const LAYERS: readonly RegExp[] = [
  /^shared\/(units|errors|random|bytes|bitfield|ip|money|rate-meter|token-bucket)\.ts$/,
  /^shared\/(geometry\.ts|bencode\/|metainfo\/|api-types\/|log\/|feed\/|http\/)/,
  /^shared\/(wire|picker|choker|tracker)\//,
  /^shared\/engine\//,
  /^shared\/trace\//,
  /^shared\/sim\//,
];
const layerOf = (file: string) => LAYERS.findIndex((layer) => layer.test(file));

describe('imports', () => {
  it('every pure file stands in a layer', () => {
    expect(pure.map(({ file }) => file).filter((file) => layerOf(file) < 0)).toEqual([]);
  });

  it('arrows only go up: values, codecs, wire | picker | choker | tracker, engine, trace, sim', () => {
    const wrong = pure.flatMap(({ file, imports }) =>
      imports
        .filter((target) => layerOf(target) > layerOf(file) || layerOf(target) < 0)
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('wire, picker, choker and tracker do not know each other', () => {
    const folder = (file: string) => file.split('/')[1];
    const wrong = pure
      .filter(({ file }) => layerOf(file) === 2)
      .flatMap(({ file, imports }) =>
        imports
          .filter((to) => layerOf(to) === 2 && folder(to) !== folder(file))
          .map((to) => `${file} -> ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('the pure core imports no node: module, and few packages', () => {
    const packages = new Set(pure.flatMap((source) => source.packages));
    expect([...packages].filter((name) => !['bencode', 'zod'].includes(name))).toEqual([]);
  });

  it.each(Object.entries(apps))('%s imports shared and itself', (app, files) => {
    const wrong = files.flatMap(({ file, imports }) =>
      imports
        .filter((to) => !to.startsWith(`${app}/`) && !to.startsWith('shared/') && to !== 'package.json')
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('the storefront imports itself and the pure part of shared', () => {
    const wrong = storefront.flatMap(({ file, imports }) =>
      imports
        .filter(
          (to) =>
            !to.startsWith('storefront/') && (!to.startsWith('shared/') || to.startsWith('shared/node/')),
        )
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the core is a machine', () => {
  it('no clock, timer, chance or console in it', () => {
    const banned =
      /Date\.now|performance\.now|Math\.random|setTimeout|setInterval|\bconsole\.|\bBuffer\b|\bprocess\./;
    expect(pure.filter(({ text }) => banned.test(withoutComments(text))).map(({ file }) => file)).toEqual([]);
  });

  it('nothing in it awaits', () => {
    expect(
      pure.filter(({ text }) => /\bawait\b|\basync\b|\bPromise\b/.test(text)).map(({ file }) => file),
    ).toEqual([]);
  });
});

describe('sizes', () => {
  it('no source file is longer than 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 400).map(({ file }) => file);
    expect(long).toEqual([]);
  });

  it('nothing is left unfinished or switched off', () => {
    const marks = /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error/;
    const switchedOff = /: any\b|as any\b/;
    const wrong = sources.filter(({ text }) => marks.test(text) || switchedOff.test(withoutComments(text)));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('no test is skipped or focused for good', () => {
    const marks = /\b(?:it|test|describe)\.(?:only|todo)\b/;
    const tests = filesBelow('test')
      .map(read)
      .filter(({ file }) => !file.endsWith('tidy.test.ts'));
    expect(tests.filter(({ text }) => marks.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

it('what is real is waited for with a limit that is no mark: by support/wait-for.ts, not by the library', () => {
  const waits = new RegExp(['vi', 'waitFor\\('].join('\\.'));
  const files = filesBelow('test').filter((file) => waits.test(readFileSync(path.join(root, file), 'utf8')));
  expect(files).toEqual(['test/support/wait-for.ts']);
});

describe('threats', () => {
  it('each row of docs/THREATS.md has tests named after it', () => {
    const table = readFileSync(path.join(root, 'docs/THREATS.md'), 'utf8');
    const rows = [...table.matchAll(/^\| (\d+) \|/gm)].map((match) => match[1] as string);
    const titles = filesBelow('test')
      .flatMap((file) => readFileSync(path.join(root, file), 'utf8').match(/threat rows? [\d, and]+/g) ?? [])
      .join(' ');
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !new RegExp(`\\b${row}\\b`).test(titles))).toEqual([]);
  });
});

describe('protocol', () => {
  it('each rule of docs/PROTOCOL.md stands in the title of a test', () => {
    const rules = [
      ...readFileSync(path.join(root, 'docs/PROTOCOL.md'), 'utf8').matchAll(/^\*\*([A-Z]+\d+)\*\*/gm),
    ];
    // Of a test or a group, in any quotes, or of a table of cases.
    const title = /(?:\b(?:test|it|describe)(?:\.\w+)?\(|\]\)\()\s*['"`][^\n]+/g;
    const titles = filesBelow('test').flatMap(
      (file) => readFileSync(path.join(root, file), 'utf8').match(title) ?? [],
    );
    expect(rules.length).toBeGreaterThan(30);
    const named = titles.join('\n');
    expect(rules.map(([, rule]) => rule).filter((rule) => !new RegExp(`\\b${rule}\\b`).test(named))).toEqual(
      [],
    );
  });
});

describe('HTTP', () => {
  it('each line of docs/HTTP.md names a test that exists', () => {
    const table = readFileSync(path.join(root, 'docs/HTTP.md'), 'utf8');
    const named = [...table.matchAll(/^\|.*\| `(.+)` \|$/gm)].map((match) => match[1] as string);
    // Of a test or a group, or the first cell of a table of cases.
    const title = /(?:\b(?:test|it|describe)\(|\](?: as const)?\)\(|\[)\s*'((?:[^'\\]|\\.)+)'/g;
    const titles = new Set(
      filesBelow('test').flatMap((file) =>
        [...readFileSync(path.join(root, file), 'utf8').matchAll(title)].map((match) => match[1] as string),
      ),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !titles.has(name))).toEqual([]);
    expect(table.match(/^\| /gm)?.length).toBe(named.length + 1);
  });
});
