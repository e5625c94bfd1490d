/** What a shell or a service manager sees of a command: output, error line, exit code. Real processes. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compiled, compile } from '../../../support/compiled.ts';

let command: Compiled;
beforeAll(async () => {
  command = await compile('test/shared/node/config/command.ts');
});
afterAll(() => command.remove());

function run(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command.path, ...args], {
    env: environment,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('the command runs: flag before environment before default', () => {
  const environment = { SHOAL_CACHE_BYTES: '1MiB', SHOAL_ADMIN_TOKEN: 'hunter2' };
  expect(JSON.parse(run([], environment).stdout)).toEqual({
    port: 8080,
    cacheBytes: 1_048_576,
    hasToken: true,
  });
  expect(JSON.parse(run(['--cache-bytes', '7', '--port=1'], environment).stdout)).toMatchObject({
    port: 1,
    cacheBytes: 7,
  });
});

describe('--help and --version', () => {
  test('help goes to stdout, exit 0, and wants nothing that is required', () => {
    const { status, stdout, stderr } = run(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '--cache-bytes <bytes> most on disk (bytes; required; SHOAL_CACHE_BYTES)',
    );
  });
  test('version goes to stdout, exit 0', () => {
    expect(run(['--version'])).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('a wrong flag or value is one line on stderr and exit 2', () => {
  test.each([
    ['nothing given', [], {}],
    ['a flag nobody knows', ['--cache-bytes', '1', '--colour', 'red'], {}],
    ['a value out of bounds', ['--cache-bytes', '1', '--port', '65536'], {}],
    ['a missing value', ['--cache-bytes'], {}],
    ['an argument too many', ['--cache-bytes', '1', 'hunter2'], {}],
    ['a wrong variable', [], { SHOAL_CACHE_BYTES: 'many' }],
    ['a value of two lines', ['--cache-bytes', '1\n2'], {}],
    ['a token behind a mistyped name', ['--cache-bytes', '1', '--admin-tokn=hunter2'], {}],
    ['an empty token', ['--cache-bytes', '1', '--admin-token', ''], {}],
  ])('%s', (_name, args, environment) => {
    const { status, stdout, stderr } = run(args, environment);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^shoal-test: [^\n]+ \(see --help\)\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});
