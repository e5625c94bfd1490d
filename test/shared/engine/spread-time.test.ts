import { expect, it } from 'vitest';
import { SpreadTime } from '../../../shared/engine/spread-time.ts';

it('what is waited for follows what was seen: mean and four deviations', () => {
  const time = new SpreadTime(600);
  expect(time.timeoutMs).toBe(600);
  time.seen(1_000);
  expect(time.timeoutMs).toBe(3_000);
  for (let i = 0; i < 100; i++) time.seen(1_000);
  expect(time.timeoutMs).toBeCloseTo(1_000, 0);
});

it('with patience it is a multiple of that', () => {
  const time = new SpreadTime(600, 2);
  expect(time.timeoutMs).toBe(600);
  time.seen(1_000);
  expect(time.timeoutMs).toBe(6_000);
});

it('is never too short for a scheduler, nor too long for a node that is gone', () => {
  const time = new SpreadTime(600);
  for (let i = 0; i < 50; i++) time.seen(5);
  expect(time.timeoutMs).toBe(400);
  for (let i = 0; i < 500; i++) time.timedOut();
  expect(time.timeoutMs).toBe(10_000);
});
