/** Whoever reads a command in README.md or docs/ can run it: its script, its flags and the names it takes are there. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/fleet.ts';

/** What each command says of itself: its help, or, without one, what it answers to a name that it does not know. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  bench: ['dist/test/bench/main.js', 'no-such-bench'],
  demo: ['dist/server/demo/main.js', '--help'],
  edge: ['dist/bin/shoal-edge.js', '--help'],
  lab: ['dist/test/sim/labs/main.js'],
  load: ['dist/test/load/main.js', '--help'],
  'log-keys': ['dist/server/log-keys.js', '--help'],
  netlab: ['dist/test/netlab/main.js', '--help'],
  origin: ['dist/server/main.js', '--help'],
  'sign-url': ['dist/server/sign-url.js', '--help'],
  sim: ['dist/test/sim/main.js', '--help'],
};
/** `npm run lab pages` writes pages and is no lab; labs' own flags are held by their pages' test. */
const LAB_WORDS = ['pages', 'NAME'];

const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

function pages(): readonly string[] {
  const docs = readdirSync(path.join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'CHANGELOG.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
}

interface Command {
  readonly page: string;
  readonly script: string;
  readonly words: readonly string[];
}

/** In backquotes, in a block of code, or in a comment above a table. */
function commandsOf(page: string): readonly Command[] {
  const text = readFileSync(path.join(PROJECT, page), 'utf8').replaceAll(/(?<!`)`[^`]+`(?!`)/g, (span) =>
    span.replaceAll('\n', ' '),
  );
  return [...text.matchAll(/npm run ([a-z][a-z:-]*)([^`#\n]*)/g)].map(([, script = '', rest = '']) => ({
    page,
    script,
    words: rest
      .replace(/-->.*/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && word !== '--'),
  }));
}

const commands = pages().flatMap(commandsOf);

describe('commands of README.md and docs/', () => {
  it('are scripts of package.json', () => {
    expect(commands.length).toBeGreaterThan(50);
    expect(commands.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
  });

  it.each(Object.entries(PROGRAMS))(
    'npm run %s knows the flags and names that pages give it',
    (script, program) => {
      const { stdout, stderr } = spawnSync(process.execPath, program, { cwd: PROJECT, encoding: 'utf8' });
      const known = new Set(`${stdout}${stderr}`.match(/[a-z0-9][a-z0-9-]*|--[a-z][a-z-]*/gi));
      const unknown = commands
        .filter((command) => command.script === script)
        .flatMap(({ page, words }) =>
          wantedOf(script, words)
            .filter((word) => !known.has(word))
            .map((word) => `${page}: ${word}`),
        );
      expect(unknown).toEqual([]);
    },
  );
});

/** Flags, and names that stand for something the command must know. */
function wantedOf(script: string, words: readonly string[]): readonly string[] {
  const flags = script === 'lab' ? [] : words.filter((word) => word.startsWith('--'));
  if (script === 'bench') return words;
  if (script === 'lab')
    return words.slice(0, 1).filter((word) => /^[a-z-]+$/.test(word) && !LAB_WORDS.includes(word));
  const at = words.indexOf('--scenario');
  const named = script === 'sim' || at < 0 ? [] : (words[at + 1] ?? '').split(',');
  return [...flags, ...named];
}
