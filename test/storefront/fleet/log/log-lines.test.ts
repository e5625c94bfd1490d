import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtLeast, LEVELS, withLines } from '../../../../storefront/src/fleet/log/log-lines.ts';

const read = (...lines: readonly object[]) =>
  withLines([], `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);

describe('lines of a log', () => {
  it('pino’s fields become time, level, message and the rest', () => {
    const time = new Date(2026, 10, 21, 17, 3, 5, 12).toISOString();
    const [line] = read({
      level: 'info',
      time,
      role: 'edge',
      name: 'edge-1',
      port: 8081,
      msg: 'edge serves',
    });
    expect(line).toEqual({
      id: 1,
      level: 'info',
      time: '17:03:05.012',
      message: 'edge serves',
      details: 'port=8081',
    });
  });

  it('an error is its message', () => {
    const [line] = read({
      level: 'error',
      err: { type: 'Error', message: 'no route', stack: 'at …' },
      msg: 'failed',
    });
    expect(line?.details).toBe('err=no route');
  });

  it('what is no JSON stays as it is, and is no good news', () => {
    const lines = withLines([], 'shoal-edge: port 8081 is taken\n<img src=x onerror=alert(1)>\n');
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'shoal-edge: port 8081 is taken'],
      ['error', '<img src=x onerror=alert(1)>'],
    ]);
  });

  it('are filtered by level; trace counts as debug, fatal as error', () => {
    const lines = read(
      ...['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => ({ level, msg: level })),
    );
    const shown = LEVELS.map((level) => lines.filter((line) => isAtLeast(line, level)).length);
    expect(shown).toEqual([6, 4, 3, 2]);
  });

  it('the last three hundred are kept, each with an id of its own; a long one is cut', () => {
    let lines = withLines([], 'x\n'.repeat(250));
    lines = withLines(lines, `${'y\n'.repeat(99)}${'z'.repeat(5000)}\n`);
    expect(lines).toHaveLength(300);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(300);
    expect(lines.at(-1)?.message).toHaveLength(2001);
    expect(withLines(lines, '')).toBe(lines);
  });

  it('whatever is written becomes lines', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const { message, details, level } of withLines([], text))
          expect([typeof message, typeof details, LEVELS.includes(level)]).toEqual([
            'string',
            'string',
            true,
          ]);
      }),
    );
  });
});
