import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Prefetcher } from '../../../edge-node/images/prefetcher.ts';
import type { PublishedImage } from '../../../shared/api-types/catalog.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function image(number: number): PublishedImage {
  return {
    id: String(number).padStart(24, '0') as ImageId,
    width: 1,
    height: 1,
    placeholder: '',
    infoHash: String(number).padStart(40, '0') as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    renditions: [],
  };
}

interface Call {
  readonly number: number;
  resolve(): void;
  reject(error: Error): void;
}

function prefetcher(fits: (image: PublishedImage) => boolean = () => true) {
  const calls: Call[] = [];
  const made = new Prefetcher({
    join: ({ id }) =>
      new Promise<void>((resolve, reject) => calls.push({ number: Number(id), resolve, reject })),
    fits,
    random: seededRandom(1),
  });
  return { made, calls, numbers: () => calls.map(({ number }) => number) };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const away = new Error('away');

test('images are joined in the order of the log, eight at a time', async () => {
  const { made, calls, numbers } = prefetcher();
  for (let number = 1; number <= 10; number++) made.add(image(number));
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  calls[4]!.resolve();
  await settled();
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('however fast joins are, others have their turn after eight of them', async () => {
  let joins = 0;
  const made = new Prefetcher({
    join: async () => joins++,
    fits: () => true,
    random: seededRandom(1),
  });
  for (let number = 1; number <= 100; number++) made.add(image(number));
  // Everything that needs no turn of the event loop.
  for (let i = 0; i < 1_000; i++) await Promise.resolve();
  expect(joins).toBe(8);
  await vi.runAllTimersAsync();
  expect(joins).toBe(100);
});

test('a failed join is tried again after a pause that grows to a minute and no more', async () => {
  const { made, calls } = prefetcher();
  made.add(image(1));
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    calls.at(-1)!.reject(away);
    await settled();
    const before = Date.now();
    while (calls.length === attempt + 1) await vi.advanceTimersToNextTimerAsync();
    pauses.push(Date.now() - before);
    expect(pauses.at(-1)).toBeLessThanOrEqual(Math.min(60_000, 500 * 2 ** attempt));
  }
  expect(Math.max(...pauses)).toBeGreaterThan(10_000);
});

test('when the origin is back, what failed is tried at once', async () => {
  const { made, calls, numbers } = prefetcher();
  for (const number of [1, 2]) made.add(image(number));
  for (const call of calls.slice()) call.reject(away);
  await settled();
  made.retryNow();
  expect(numbers()).toEqual([1, 2, 1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a purged image is not tried again, whether it waits its turn or its next try', async () => {
  const { made, calls, numbers } = prefetcher();
  for (let number = 1; number <= 9; number++) made.add(image(number));
  made.drop(image(9).infoHash);
  calls[0]!.reject(away);
  await settled();
  made.drop(image(1).infoHash);
  for (const call of calls.slice(1)) call.resolve();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a join that was ended by a purge is not tried again', async () => {
  const { made, calls, numbers } = prefetcher();
  made.add(image(1));
  calls[0]!.reject(new DOMException('left', 'AbortError'));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(numbers()).toEqual([1]);
});

test('what does not fit waits until room came', async () => {
  let room = 1;
  const { made, numbers } = prefetcher(() => room-- > 0);
  for (const number of [1, 2, 3]) made.add(image(number));
  expect(numbers()).toEqual([1]);
  room = 1;
  made.drop(image(1).infoHash);
  made.roomCame();
  expect(numbers()).toEqual([1, 2]);
});

test('after closing nothing is started and no timer is left', async () => {
  const { made, calls, numbers } = prefetcher();
  for (let number = 1; number <= 10; number++) made.add(image(number));
  calls[0]!.reject(away);
  await settled();
  made.close();
  calls[1]!.reject(away);
  made.add(image(11));
  made.retryNow();
  await settled();
  expect(numbers()).toHaveLength(9);
  expect(vi.getTimerCount()).toBe(0);
});
