import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../../shared/node/process/logger.ts';
import { readableLine } from '../../../../shared/node/process/readable-line.ts';

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
  test('leave other text alone', () => {
    for (const text of ['not json\n', '3\n', 'null\n']) expect(readableLine(text)).toBe(text);
  });
});
