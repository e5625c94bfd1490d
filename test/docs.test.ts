/** What README.md and docs/ say that a look can check: links lead somewhere, and files that they name are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const CODE = ['shared', 'server', 'edge-node', 'storefront', 'test'];

const below = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name))
    .filter((name) => !name.includes('node_modules'));

const pages = ['README.md', 'CHANGELOG.md', ...below('docs').filter((name) => name.endsWith('.md'))];
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');
/** Without blocks of code, whose lines may begin with # or hold brackets. */
const prose = (page: string): string => read(page).replaceAll(/^```[\s\S]*?^```/gm, '');

interface Named {
  readonly page: string;
  readonly name: string;
}

/** `[words](target)` and `![words](target)`, within this repository. */
const links: readonly Named[] = pages.flatMap((page) =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, name = '']) => ({ page, name }))
    .filter(({ name }) => !/^[a-z]+:/.test(name)),
);

/** As GitHub makes it of a heading: small letters, blanks to dashes, nothing else but letters, digits, - and _. */
function anchorsOf(page: string): readonly string[] {
  return [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands in backquotes. */
const spans: readonly Named[] = pages.flatMap((page) =>
  [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => ({ page, name })),
);

const tell = (named: readonly Named[]) => named.map(({ page, name }) => `${page}: ${name}`);

describe('pages', () => {
  it('each link leads to a file or folder that is there', () => {
    expect(links.length).toBeGreaterThan(50);
    const dead = links.filter(({ page, name }) => {
      const [file = ''] = name.split('#');
      return file !== '' && !existsSync(path.join(root, path.dirname(page), file));
    });
    expect(tell(dead)).toEqual([]);
  });

  it('each anchor is a heading of its page', () => {
    const anchored = links.filter(({ name }) => /(?:^|\.md)#/.test(name));
    const dead = anchored.filter(({ page, name }) => {
      const [file = '', anchor = ''] = name.split('#');
      const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      return !anchorsOf(target).includes(anchor);
    });
    expect(anchored.length).toBeGreaterThan(0);
    expect(tell(dead)).toEqual([]);
  });

  it('each page of docs/ can be reached from README.md', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { name } of links.filter((link) => link.page === page)) {
        const target = path.posix.join(path.posix.dirname(page), name.split('#')[0] ?? '');
        if (pages.includes(target)) reached.add(target);
        if (pages.includes(`${target}/README.md`)) reached.add(`${target}/README.md`);
      }
    }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });

  it('each file or folder of the code that stands in backquotes is there', () => {
    const files = CODE.flatMap(below);
    const isThere = (name: string) => files.some((file) => file === name || file.endsWith(`/${name}`));
    const paths = spans.filter(({ name }) => new RegExp(`^(?:${CODE.join('|')})/[\\w./-]+$`).test(name));
    const sources = spans.filter(({ name }) => /^[\w./-]+\.(?:ts|tsx|c|mjs)$/.test(name));
    expect(sources.length).toBeGreaterThan(100);
    const lost = [...paths, ...sources].filter(({ name }) => {
      const plain = name.replace(/\/$/, '');
      return !isThere(plain) && !isThere(`${plain}.ts`);
    });
    expect([...new Set(tell(lost))]).toEqual([]);
  });

  it('each alert has a row that says what to do', () => {
    const alerts = [...read('docs/operations/alerts.yml').matchAll(/- alert: (\w+)/g)].map(
      (match) => match[1],
    );
    const rows = read('docs/OPERATIONS.md').match(/^\| .*$/gm) ?? [];
    expect(alerts.length).toBeGreaterThan(5);
    expect(alerts.filter((alert) => !rows.some((row) => row.includes(`\`${alert}\``)))).toEqual([]);
  });
});
