import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { setDeadline } from '../../../../shared/node/process/deadline.ts';
import { socketPair } from '../../../support/socket-pair.ts';
import { standStill, timersNext } from '../../../support/stand-still.ts';

test('AW1: what came in time counts, though the loop was too late to look', async () => {
  const { near, far } = await socketPair();
  await timersNext();
  const deadline = setDeadline(100, () => near.destroy());
  near.once('data', () => deadline.clear());
  far.write('in time');
  standStill(200);
  expect(String((await once(near, 'data'))[0])).toBe('in time');
  await timersNext();
  expect(near.destroyed).toBe(false);
});

test('AW1: who waited for a standstill of ours to end has its time again', async () => {
  const { near, far } = await socketPair();
  const deadline = setDeadline(300, () => near.destroy());
  onTestFinished(() => deadline.clear());
  standStill(1_500);
  await timersNext();
  far.write('after it');
  expect(String((await once(near, 'data'))[0])).toBe('after it');
  await once(near, 'close');
});

test('a deadline acts once its time is over, begins anew when it is told so, and not once it is cleared', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let acted = 0;
  const deadline = setDeadline(1_000, () => acted++);
  vi.advanceTimersByTime(900);
  deadline.refresh();
  vi.advanceTimersByTime(900);
  expect(acted).toBe(0);
  vi.advanceTimersByTime(101);
  expect(acted).toBe(1);
  deadline.refresh();
  deadline.clear();
  vi.advanceTimersByTime(5_000);
  expect(acted).toBe(1);
});
