/** Timers and clocks that stand still until a test moves them, for parts that never wait for a real socket or disk. */
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

const STEP_MS = 1000;

export interface VirtualTime {
  advance(ms: number): Promise<void>;
  /** Moves on until the work is done. */
  until<T>(work: Promise<T>): Promise<T>;
}

export function virtualTime(): VirtualTime {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const step = async () => {
    vi.advanceTimersByTime(STEP_MS);
    await turn();
  };
  return {
    advance: async (ms) => {
      await turn();
      for (let passed = 0; passed < ms; passed += STEP_MS) await step();
    },
    until: async (work) => {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      done.catch(() => {});
      await turn();
      while (!isDone) await step();
      return await done;
    },
  };
}
