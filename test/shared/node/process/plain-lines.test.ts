import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from '../../../../shared/node/process/logger.ts';
import { plainLines } from '../../../../shared/node/process/plain-lines.ts';

function linesOf(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const stream = { write: (line: string) => void written.push(line) };
  const log = createLogger({ role: 'edge', name: 'edge "1"', stream, ...options });
  return { log, written };
}

test("a plain line is what pino would write of the same fields, with the logger's bindings", () => {
  const { log, written } = linesOf();
  const child = log.child({ worker: 2 });
  child.info({ path: '/a"b', status: 200 }, 'request');
  plainLines(child)(200, (status) => `"path":"/a\\"b","status":${status},"msg":"request"`);
  const [pinos, plain] = written.map((line) => {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return rest;
  });
  expect(plain).toEqual(pinos);
});

test('known secrets are hidden in plain lines, and terminals get short ones', () => {
  const { log, written } = linesOf({ secrets: ['hunter2'], readable: true });
  plainLines(log)('/hunter2', (path) => `"path":"${path}","msg":"request"`);
  expect(written).toEqual([expect.stringMatching(/ info {2}edge "1": request path=\/\[hidden\]\n$/)]);
});

test('a log that tells warnings only gets no plain lines', () => {
  const { log, written } = linesOf({ level: 'warn' });
  plainLines(log)('', () => '"msg":"request"');
  expect(written).toEqual([]);
});
