import { expect, onTestFinished, test, vi } from 'vitest';
import { AwakeClock } from '../../../../shared/node/process/awake-clock.ts';

function clockAt(startMs: number) {
  let now = startMs;
  const clock = new AwakeClock(() => now);
  onTestFinished(() => clock.stop());
  return (passMs: number) => {
    now += passMs;
    return clock.now();
  };
}

test('AW1: time that somebody looks at passes, a standstill does not', () => {
  const after = clockAt(5_000);
  expect(after(0)).toBe(5_000);
  expect(after(1_000)).toBe(6_000);
  expect(after(5_000), 'stood still').toBe(6_000);
  expect(after(250)).toBe(6_250);
  expect(after(1_001), 'stood still again').toBe(6_250);
  expect(after(999)).toBe(7_249);
});

test('AW1: with nothing to do a process is awake', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = new AwakeClock();
  onTestFinished(() => clock.stop());
  const before = clock.now();
  vi.advanceTimersByTime(60_000);
  expect(clock.now() - before).toBe(60_000);
});
