import { describe, expect, test } from 'vitest';
import { defineFlags, flagName, secretsOf, variableName } from '../../../../shared/node/config/flags.ts';
import {
  bytes,
  bytesPerSecond,
  choice,
  onOff,
  path,
  port,
  text,
  url,
} from '../../../../shared/node/config/kinds.ts';
import { type Environment, parseFlags } from '../../../../shared/node/config/parse-flags.ts';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';

const FLAGS = defineFlags({
  origin: { kind: url, required: true, description: 'base URL of the origin' },
  peerPort: { kind: port, default: 6882, description: 'port of the peer wire' },
  prefetch: { kind: choice('all', 'none'), default: 'all', description: 'what to fetch' },
  cacheBytes: { kind: bytes, default: 0, description: 'most on disk' },
  upRate: { kind: bytesPerSecond, default: 0, description: 'most to send' },
  data: { kind: path, defaultText: './data/<name>', description: 'folder' },
  adminToken: { kind: text, secret: true, description: 'token' },
  verbose: { kind: onOff, default: false, description: 'say more' },
});

const COMMAND = { name: 'shoal-test', summary: 'A command.', version: '1.2.3', flags: FLAGS };
const ORIGIN = ['--origin', 'http://o:1'];

const parse = (args: readonly string[], environment: Environment = {}) =>
  parseFlags(COMMAND, args, environment);

function valuesOf(args: readonly string[], environment: Environment = {}) {
  const parsed = parse([...ORIGIN, ...args], environment);
  if (parsed.type !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

function messageOf(args: readonly string[], environment: Environment = {}): string {
  const parsed = parse(args, environment);
  if (parsed.type !== 'wrong') throw new Error(JSON.stringify(parsed));
  return parsed.message;
}

describe('flag before environment before default', () => {
  test('defaults; undefined for what has none', () => {
    expect(valuesOf([])).toEqual({
      origin: 'http://o:1',
      peerPort: 6882,
      prefetch: 'all',
      cacheBytes: 0,
      upRate: 0,
      data: undefined,
      adminToken: undefined,
      verbose: false,
    });
  });
  test('a variable before the default, the flag before the variable', () => {
    const environment = { SHOAL_PEER_PORT: '7000', SHOAL_PREFETCH: 'none', SHOAL_VERBOSE: '1' };
    expect(valuesOf([], environment)).toMatchObject({ peerPort: 7000, prefetch: 'none', verbose: true });
    expect(valuesOf(['--peer-port', '7001', '--prefetch=all'], environment)).toMatchObject({
      peerPort: 7001,
      prefetch: 'all',
    });
  });
  test('a required flag may come from its variable; an empty variable counts as unset', () => {
    expect(parse([], { SHOAL_ORIGIN: 'http://o:2/' })).toMatchObject({
      type: 'run',
      values: { origin: 'http://o:2' },
    });
    expect(valuesOf([], { SHOAL_PEER_PORT: '' }).peerPort).toBe(6882);
  });
  test('the last of a repeated flag counts; variables of other programs do not', () => {
    expect(
      valuesOf(['--peer-port', '1', '--peer-port', '2'], { PEER_PORT: '3', SHOAL_OTHER: 'x' }).peerPort,
    ).toBe(2);
  });
  test('a switch takes no value', () => {
    expect(valuesOf(['--verbose']).verbose).toBe(true);
  });
});

describe('a wrong flag or value is one clear line', () => {
  test.each([
    [[], '--origin is required (or set SHOAL_ORIGIN)'],
    [[...ORIGIN, '--peer-port', '70000'], '--peer-port wants a whole number from 0 to 65535, got "70000"'],
    [[...ORIGIN, '--peer-port', '-1'], '--peer-port wants a whole number from 0 to 65535, got "-1"'],
    [[...ORIGIN, '--prefetch', 'some'], '--prefetch wants one of: all, none, got "some"'],
    [['--origin', 'ftp://o'], '--origin wants a URL such as http://127.0.0.1:8080, got "ftp://o"'],
    [[...ORIGIN, '--peer-prt', '1'], "unknown option '--peer-prt' (Did you mean --peer-port?)"],
    [[...ORIGIN, '--peer-port'], "option '--peer-port <port>' argument missing"],
    [[...ORIGIN, 'more'], 'too many arguments. Expected 0 arguments but got 1.'],
    [[...ORIGIN, '--peer-port', 'a\nb'], '--peer-port wants a whole number from 0 to 65535, got "a\\nb"'],
  ])('%j', (args, message) => {
    expect(messageOf(args)).toBe(`shoal-test: ${message} (see --help)`);
  });
  test('a wrong variable is named as such', () => {
    expect(messageOf(ORIGIN, { SHOAL_UP_RATE: 'fast' })).toContain('SHOAL_UP_RATE wants a number of bytes');
  });
  test('the text of a secret never stands in it', () => {
    const command = {
      ...COMMAND,
      flags: defineFlags({ key: { kind: port, secret: true, description: '' } }),
    };
    const parsed = parseFlags(command, ['--key', 'hunter2'], {});
    expect(parsed).toEqual({ type: 'wrong', message: expect.not.stringContaining('hunter2') });
  });
});

describe('regressions: what may be a secret is not repeated', () => {
  test.each([
    [['--admin-tokn=hunter2'], "unknown option '--admin-tokn'"],
    [["--admin-tokn=hunter2'=x"], "unknown option '--admin-tokn'"],
    [['--verbose=hunter2'], "unknown option '--verbose'"],
    [
      ['--origin', 'http://me:hunter2@o'],
      '--origin wants a URL without credentials, query and fragment (see --help)',
    ],
    [['--origin', 'me:hunter2@o'], '--origin wants a URL such as http://127.0.0.1:8080 (see --help)'],
    [['--origin', 'http://o/?token=hunter2'], 'credentials, query and fragment (see --help)'],
    [['--admin-token'], "option '--admin-token <text>' argument missing"],
  ])('%j', (args, message) => {
    expect(messageOf(args)).toContain(message);
    expect(messageOf(args)).not.toContain('hunter2');
  });
  test('nor from a variable', () => {
    expect(messageOf([], { SHOAL_ORIGIN: 'https://me:hunter2@o' })).not.toContain('hunter2');
  });
  test('what is repeated has an end', () => {
    const shown = /got "(9+)"/.exec(messageOf([...ORIGIN, '--peer-port', '9'.repeat(5000)]));
    expect(shown?.[1]).toHaveLength(100);
  });
});

test('an error that is no wrong value is not taken for one', () => {
  const kind = {
    ...text,
    parse: (): string => {
      throw new TypeError('a bug in a kind');
    },
  };
  const command = { ...COMMAND, flags: defineFlags({ x: { kind, description: '' } }) };
  expect(() => parseFlags(command, ['--x', '1'], {})).toThrow(TypeError);
});

describe('--help and --version', () => {
  test('help tells flag, unit, default and variable of each', () => {
    const parsed = parse(['--help']);
    if (parsed.type !== 'print') throw new Error(parsed.type);
    const help = parsed.text.replace(/\s+/g, ' ');
    for (const [field, definition] of Object.entries(FLAGS)) {
      expect(help).toContain(`--${flagName(field)}`);
      expect(help).toContain(`${variableName(field)})`);
      expect(help).toContain(definition.description);
    }
    expect(help).toContain('(bytes; default: 0; SHOAL_CACHE_BYTES)');
    expect(help).toContain('(bytes per second; default: 0; SHOAL_UP_RATE)');
    expect(help).toContain('(default: ./data/<name>; SHOAL_DATA)');
    expect(help).toContain('(required; SHOAL_ORIGIN)');
    expect(help).toContain('--prefetch <all|none>');
  });
  test('version', () => {
    expect(parse(['--version'])).toEqual({ type: 'print', text: '1.2.3\n' });
  });
});

test('secrets are listed for the log', () => {
  expect(secretsOf(FLAGS, valuesOf(['--admin-token', 'hunter2']))).toEqual(['hunter2']);
  expect(secretsOf(FLAGS, valuesOf([]))).toEqual([]);
});

test('random arguments run, print, or are one line; nothing throws', () => {
  const pieces = [
    '--',
    '-',
    'peer-port',
    'origin',
    '=',
    '8080',
    'http://o',
    'verbose',
    '--help',
    ' ',
    'none',
    '\n',
  ];
  forRandomInputs(3_000, (random) => {
    const args = Array.from({ length: random.integer(5) }, () => jumble(random, pieces, 4));
    const parsed = parse(args, { SHOAL_UP_RATE: jumble(random, pieces, 2) });
    if (parsed.type === 'wrong' && (parsed.message.includes('\n') || parsed.message === ''))
      throw new Error(JSON.stringify(args));
  });
});
