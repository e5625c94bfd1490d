import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createShutdown } from '../../../../shared/node/process/shutdown.ts';

class ProcessDouble extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
    this.emit('exited');
  }
}

function start() {
  const end = new ProcessDouble();
  const messages: string[] = [];
  const note = (_fields: object, message: string) => void messages.push(message);
  const shutdown = createShutdown({ log: { info: note, warn: note, error: note }, process: end });
  return { end, messages, shutdown };
}

describe('shutdown', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s runs the closers in their order and exits 0',
    async (signal) => {
      const { end, shutdown } = start();
      const order: string[] = [];
      shutdown.add('http', async () => {
        await Promise.resolve();
        order.push('http');
      });
      shutdown.add('store', () => void order.push('store'));
      expect(shutdown.begun).toBe(false);
      const exited = once(end, 'exited');
      end.emit(signal);
      expect(shutdown.begun).toBe(true);
      await exited;
      expect([order, end.exits]).toEqual([['http', 'store'], [0]]);
    },
  );

  test('a closer that hangs is told so, and leaves time for the next; all within 4.5 s, exit 0', async () => {
    const { end, messages, shutdown } = start();
    const startedMs = performance.now();
    let told = false;
    let stored = false;
    shutdown.add('http', (signal) => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return new Promise(() => undefined);
    });
    shutdown.add('store', () => {
      stored = true;
    });
    const done = shutdown.begin('test');
    await vi.advanceTimersByTimeAsync(4500);
    await done;
    expect([told, stored, end.exits]).toEqual([true, true, [0]]);
    expect(messages).toContain('did not close in time');
    expect(performance.now() - startedMs).toBeLessThanOrEqual(4500);
  });

  test('a closer that fails does not keep the others from closing, and the exit code tells', async () => {
    const { end, shutdown } = start();
    let stored = false;
    shutdown.add('thrown', () => {
      throw new Error('x');
    });
    shutdown.add('rejected', () => Promise.reject(new Error('x')));
    shutdown.add('store', () => {
      stored = true;
    });
    await shutdown.begin('test');
    expect([stored, end.exits]).toEqual([true, [1]]);
  });

  test('a second signal ends the process at once', () => {
    const { end, shutdown } = start();
    shutdown.add('http', () => new Promise(() => undefined));
    end.emit('SIGTERM');
    expect(end.exits).toEqual([]);
    end.emit('SIGINT');
    end.emit('SIGTERM');
    expect(end.exits).toEqual([130, 143]);
  });

  test('begun twice, it runs once', async () => {
    const { end, shutdown } = start();
    await Promise.all([shutdown.begin('a'), shutdown.begin('b')]);
    expect(end.exits).toEqual([0]);
  });
});
