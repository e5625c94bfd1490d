import { spawnSync } from 'node:child_process';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatheredOutput } from '../../../../shared/node/process/gathered-output.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function gathered() {
  const writes: string[] = [];
  const output = new GatheredOutput({ write: (text) => writes.push(text) });
  return { writes, output, log: pino({ base: null, timestamp: false }, output) };
}

const messages = (text: string | undefined) =>
  (text ?? '')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe('lines of a log', () => {
  it('that tell of no trouble leave together, 20 ms after the first at the latest', () => {
    const { writes, log } = gathered();
    log.info('one');
    vi.advanceTimersByTime(19);
    log.info('two');
    expect(writes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(writes.map(messages)).toEqual([['one', 'two']]);
    vi.advanceTimersByTime(1_000);
    expect(writes).toHaveLength(1);
  });

  it.each(['warn', 'error', 'fatal'] as const)(
    'a line of level %s leaves at once, after those before it',
    (level) => {
      const { writes, log } = gathered();
      log.info('before');
      log[level]('trouble');
      expect(writes.map(messages)).toEqual([['before', 'trouble']]);
    },
  );

  it('one that is made later is made when it leaves, and has its place', () => {
    const { writes, output, log } = gathered();
    let made = 0;
    log.info('one');
    output.writeLater(() => `{"msg":"two, ${++made}"}\n`);
    expect(made).toBe(0);
    log.warn('three');
    expect(writes.map(messages)).toEqual([['one', 'two, 1', 'three']]);
    for (let count = 0; count < 300; count++) output.writeLater(() => '{"msg":"many"}\n');
    expect(writes).toHaveLength(2);
    vi.advanceTimersByTime(20);
    expect(writes.flatMap(messages)).toHaveLength(303);
  });

  it('64 KiB wait for nobody', () => {
    const { writes, log } = gathered();
    for (let count = 0; count < 70; count++) log.info('x'.repeat(1_000));
    expect(writes).toHaveLength(1);
  });

  it.each([
    ['ends by itself', ''],
    ['calls exit', 'process.exit(0)'],
    ['throws', 'throw new Error("x")'],
  ])('those of a process that %s are all written', (_how, end) => {
    const module = new URL('../../../../dist/shared/node/process/logger.js', import.meta.url).href;
    const script = `import { createLogger } from '${module}';
      createLogger({ role: 'edge', name: 'e' }).info('last words');
      ${end}`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(messages(stdout)).toEqual(['last words']);
  });
});
