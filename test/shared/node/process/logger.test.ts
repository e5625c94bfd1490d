import { describe, expect, test } from 'vitest';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../../../shared/node/process/logger.ts';
import { readableLine } from '../../../../shared/node/process/readable-line.ts';
import { forRandomInputs, jumble } from '../../http/random-inputs.ts';

function logTo(options: { secrets?: readonly string[]; readable?: boolean } = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ role: 'edge', name: 'edge-1', stream, ...options });
  return { log, lines };
}

describe('the log', () => {
  test('is one JSON line an event, with role, name, level and time', () => {
    const { log, lines } = logTo();
    log.info({ peers: 4 }, 'joined');
    expect(lines.length).toBe(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      role: 'edge',
      name: 'edge-1',
      peers: 4,
      msg: 'joined',
    });
  });

  test('hides fields that hold secrets, by name', () => {
    const { log, lines } = logTo();
    log.info(
      { token: 'hunter2', config: { adminToken: 'hunter2' }, req: { headers: { authorization: 'hunter2' } } },
      'x',
    );
    expect(lines[0]).not.toContain('hunter2');
  });

  test('hides known secrets wherever they stand: in messages, errors and URLs, quoted or not', () => {
    const secret = 'tok"en/1';
    const { log, lines } = logTo({ secrets: [secret] });
    log.error({ err: new Error(`bad ${secret}`), deep: { a: { b: { c: secret } } } }, `told ${secret}`);
    log.child({ url: `/x?t=${secret}` }).warn('y');
    for (const line of lines) {
      expect(line).not.toContain('en/1');
      expect(line).toContain('[hidden]');
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });
});

describe('regressions', () => {
  test('a secret of digits is hidden in numbers too, and the line stays JSON', () => {
    const { log, lines } = logTo({ secrets: ['1234', 'info', 'true'] });
    log.info({ bytes: 912_345, loss: -1234, code: 1234.5, ok: false }, 'port 1234');
    expect(lines[0]).not.toContain('1234');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: '[hidden]',
      bytes: '9[hidden]5',
      loss: '-[hidden]',
      code: '[hidden].5',
      ok: false,
      msg: 'port [hidden]',
    });
  });

  test('a secret that holds another is hidden whole', () => {
    const { log, lines } = logTo({ secrets: ['abcd', 'abcd-efgh'] });
    log.info('abcd-efgh abcd');
    expect(JSON.parse(lines[0]!).msg).toBe('[hidden] [hidden]');
  });

  test('a secret of fewer than 4 characters would blacken half the log, so it does not count', () => {
    const { log, lines } = logTo({ secrets: ['', 'abc', 'abcd'] });
    log.info('abc abcd');
    expect(JSON.parse(lines[0]!).msg).toBe('abc [hidden]');
  });

  test('the secret stays hidden in lines for a person', () => {
    const { log, lines } = logTo({ secrets: ['hunter2'], readable: true });
    log.error({ err: new Error('bad hunter2'), token: 'x' }, 'hunter2');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('token=[hidden]');
  });

  test.each([
    'token',
    'adminToken',
    'fleetToken',
    'authorization',
    'Authorization',
    'cookie',
    'password',
    'secret',
    'privateKey',
    'secretKey',
    'rootSecretKey',
    'signingKey',
  ])('the field %s is hidden to three levels', (field) => {
    const { log, lines } = logTo();
    log.info({ [field]: 'hunter2', a: { [field]: 'hunter2', b: { [field]: 'hunter2' } }, kept: 'yes' });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      [field]: '[hidden]',
      a: { [field]: '[hidden]', b: { [field]: '[hidden]' } },
      kept: 'yes',
    });
  });
});

test('threat F3 of the libtorrent audit: whatever is logged, no line holds the token and each is JSON', () => {
  const secrets = ['hunter2', '90210', 'a"b\\c', 'p%&=', 'naïve\n1'];
  const pieces = [...secrets, '\\', '"', '\n', '{', '[', ':', ',', '7', '1', 'n', '\u2028'];
  const { log, lines } = logTo({ secrets });
  const written = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  forRandomInputs(3_000, (random) => {
    const text = () => jumble(random, pieces, 8);
    lines.length = 0;
    log.info(
      { a: text(), b: { [text()]: text() }, n: random.integer(10 ** 9), err: new Error(text()) },
      text(),
    );
    for (const line of lines) {
      JSON.parse(line);
      for (const secret of written) if (line.includes(secret)) throw new Error(line);
    }
    if (lines.length !== 1) throw new Error(`${lines.length} lines`);
  });
});

describe('levels', () => {
  test('info unless told otherwise; silent says nothing', () => {
    const heard = (level?: LogLevel) => {
      const lines: string[] = [];
      const stream = { write: (line: string) => void lines.push(line) };
      const log = createLogger({ role: 'origin', name: 'o', stream, ...(level && { level }) });
      for (const each of LOG_LEVELS) if (each !== 'silent') log[each]('x');
      return lines.map((line) => JSON.parse(line).level);
    };
    expect(heard()).toEqual(['info', 'warn', 'error', 'fatal']);
    expect(heard('error')).toEqual(['error', 'fatal']);
    expect(heard('trace')).toEqual(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
    expect(heard('silent')).toEqual([]);
  });
});

describe('lines for a person', () => {
  test('are short', () => {
    const line =
      '{"level":"info","time":"2026-11-21T12:03:04.000Z","role":"edge","name":"edge-1","peers":4,"msg":"joined"}\n';
    expect(readableLine(line)).toBe('12:03:04 info  edge-1: joined peers=4\n');
  });
  test('have no control characters and begin no line of their own (threat row 27: names are text)', () => {
    const { log, lines } = logTo({ readable: true });
    log.info({ peer: '\u001b[2J\nforged' }, 'met');
    expect(lines[0]).toContain('peer=?[2J?forged');
    expect(lines[0]!.trimEnd()).not.toContain('\n');
  });
  test('show an error’s stack on lines of its own, indented, without control characters', () => {
    const line = (err: unknown) => readableLine(JSON.stringify({ level: 'error', name: 'o', msg: 'x', err }));
    expect(line({ stack: 'Error: \u001b[2J\n    at a' })).toBe(' error o: x\n  Error: ?[2J\n      at a\n');
    expect(line({ message: 'no stack' })).toBe(' error o: x\n  no stack\n');
    expect(line('text')).toBe(' error o: x\n');
    expect(line(null)).toBe(' error o: x\n');
  });
  test('hide all of C0, DEL and C1, and nothing a person may write', () => {
    const shown = (msg: string) =>
      readableLine(JSON.stringify({ level: 'info', name: 'o', msg })).slice(10, -1);
    for (let code = 0; code < 256; code++) {
      const hidden = code < 32 || (code >= 127 && code < 160);
      expect(shown(`<${String.fromCharCode(code)}>`), String(code)).toBe(
        hidden ? '<?>' : `<${String.fromCharCode(code)}>`,
      );
    }
    expect(shown('čaj 🍵')).toBe('čaj 🍵');
  });
  test('leave other text alone', () => {
    for (const text of ['not json\n', '3\n', 'null\n']) expect(readableLine(text)).toBe(text);
  });
});
