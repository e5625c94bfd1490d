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

function start(options: { deadlineMs?: number; staysOnHangUp?: boolean } = {}) {
  const end = new ProcessDouble();
  const messages: string[] = [];
  const logged: object[] = [];
  const note = (fields: object, message: string) => {
    messages.push(message);
    logged.push(fields);
  };
  const shutdown = createShutdown({ log: { info: note, warn: note, error: note }, process: end, ...options });
  return { end, logged, messages, shutdown };
}

describe('shutdown', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
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
    // Regression: a closer that threw at once left its timer running.
    expect(vi.getTimerCount()).toBe(0);
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

  test('SIGHUP comes twice when a terminal closes, and with SIGTERM from systemd: none of them ends it at once', () => {
    const { end, shutdown } = start();
    shutdown.add('http', () => new Promise(() => undefined));
    for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM', 'SIGHUP']) end.emit(signal);
    expect([shutdown.begun, end.exits]).toEqual([true, []]);
    end.emit('SIGTERM');
    expect(end.exits).toEqual([143]);
  });

  test('SIGHUP ends nothing where it means something else', () => {
    const { end, shutdown } = start({ staysOnHangUp: true });
    end.emit('SIGHUP');
    expect([shutdown.begun, end.exits]).toEqual([false, []]);
  });

  test('each closer gets an equal share of what is left: one that is quick leaves its own to the others', async () => {
    const { end, shutdown } = start();
    const startedMs = performance.now();
    const toldMs: Record<string, number> = {};
    const hang = (name: string) =>
      shutdown.add(name, (signal) => {
        signal.addEventListener('abort', () => {
          toldMs[name] = performance.now() - startedMs;
        });
        return new Promise(() => undefined);
      });
    shutdown.add('quick', () => undefined);
    hang('first');
    hang('second');
    hang('third');
    const done = shutdown.begin('test');
    await vi.advanceTimersByTimeAsync(4500);
    await done;
    expect(toldMs).toEqual({ first: 1500, second: 3000, third: 4500 });
    expect(end.exits).toEqual([0]);
  });

  test('the deadline can be chosen; one after the other, never two at a time', async () => {
    const { end, shutdown } = start({ deadlineMs: 100 });
    const seen: string[] = [];
    shutdown.add('http', () => {
      seen.push('http begun');
      return new Promise((resolve) =>
        setTimeout(() => {
          seen.push('http ended');
          resolve();
        }, 40),
      );
    });
    shutdown.add('store', () => void seen.push('store begun'));
    const done = shutdown.begin('test');
    await vi.advanceTimersByTimeAsync(39);
    expect(seen).toEqual(['http begun']);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect([seen, end.exits]).toEqual([['http begun', 'http ended', 'store begun'], [0]]);
  });

  test('a closer that fails after its time is over ends nothing and is nobody’s unhandled rejection', async () => {
    const { end, messages, shutdown } = start({ deadlineMs: 100 });
    shutdown.add('late', () => new Promise((_, reject) => setTimeout(() => reject(new Error('x')), 200)));
    const done = shutdown.begin('test');
    await vi.advanceTimersByTimeAsync(300);
    await done;
    expect([messages, end.exits]).toEqual([['draining', 'did not close in time', 'closed'], [0]]);
  });

  test('the log tells reason, closer and error', async () => {
    const { logged, shutdown } = start();
    const error = new Error('disk full');
    shutdown.add('store', () => Promise.reject(error));
    await shutdown.begin('SIGTERM');
    expect(logged).toEqual([
      { reason: 'SIGTERM' },
      { closer: 'store', err: error },
      { elapsedMs: expect.any(Number) },
    ]);
  });

  test('a closer added while it drains is run too', async () => {
    const { end, shutdown } = start();
    const order: string[] = [];
    shutdown.add('http', () => {
      order.push('http');
      shutdown.add('late', () => void order.push('late'));
    });
    await shutdown.begin('test');
    expect([order, end.exits]).toEqual([['http', 'late'], [0]]);
  });

  test('begun twice, it runs once', async () => {
    const { end, shutdown } = start();
    await Promise.all([shutdown.begin('a'), shutdown.begin('b')]);
    expect(end.exits).toEqual([0]);
  });
});
