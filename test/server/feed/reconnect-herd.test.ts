import { expect, test } from 'vitest';
import { fullJitterMs } from '../../../edge-node/backoff.ts';
import { AdmissionPace } from '../../../server/feed/admission-pace.ts';
import { EntryBatches } from '../../../server/feed/entry-batches.ts';
import { FEED_LIMITS } from '../../../server/feed/feed-limits.ts';
import { seededRandom } from '../../../shared/random.ts';

const EDGES = 1_000;
/** The origin is down for so long, and every edge noticed at the same moment. */
const DOWN_MS = 3_000;
/** As edge-node/feed/feed-client.ts dials in the first minutes. */
const SOON = { baseMs: 250, capMs: 3_000 };

interface Dial {
  readonly edge: number;
  readonly at: number;
  readonly attempt: number;
}

/** Every edge dials, is turned away or let in, until all are in. */
function comeBack(seed: number) {
  const random = seededRandom(seed);
  const pace = new AdmissionPace(FEED_LIMITS, 0);
  const line: Dial[] = [];
  const dialAgain = (edge: number, now: number, attempt: number) =>
    line.push({ edge, at: now + fullJitterMs(attempt, SOON, random), attempt: attempt + 1 });
  for (let edge = 0; edge < EDGES; edge++) dialAgain(edge, 0, 0);
  const dials: number[] = [];
  const admitted: number[] = [];
  const attempts: number[] = [];
  let refused = 0;
  while (line.length > 0) {
    const first = line.reduce(
      (earliest, dial, index) => (dial.at < (line[earliest] as Dial).at ? index : earliest),
      0,
    );
    const [dial] = line.splice(first, 1) as [Dial];
    const waitMs = dial.at < DOWN_MS ? undefined : pace.waitMs(dial.at);
    if (dial.at >= DOWN_MS) dials.push(dial.at);
    if (waitMs === undefined) {
      if (dial.at >= DOWN_MS) refused++;
      dialAgain(dial.edge, dial.at, dial.attempt);
    } else {
      expect(waitMs).toBeLessThanOrEqual(FEED_LIMITS.helloWaitMs);
      admitted.push(dial.at + waitMs);
      attempts.push(dial.attempt);
    }
  }
  return { dials: dials.sort((a, b) => a - b), admitted: admitted.sort((a, b) => a - b), attempts, refused };
}

/** The most of these times that lie within one span. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let most = 0;
  for (let end = 0, start = 0; end < times.length; end++) {
    while ((times[end] as number) - (times[start] as number) >= spanMs) start++;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

test('threat row 50: a thousand edges come back after a restart without a peak, and within seconds', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const { dials, admitted, attempts, refused } = comeBack(seed);
  const say = `seed ${seed}`;
  const { hellosPerSecond, hellosBurst, helloWaitMs } = FEED_LIMITS;
  expect(admitted.length, say).toBe(EDGES);
  // Full jitter: no tenth of a second sees more than a tenth of the fleet.
  expect(mostWithin(dials, 100), say).toBeLessThan(EDGES / 10);
  // The pace holds over any second.
  expect(mostWithin(admitted, 1_000), say).toBeLessThanOrEqual(hellosPerSecond + hellosBurst + 1);
  // The line is bounded, whoever does not fit it comes again, and nobody is forgotten.
  const allInMs = ((EDGES - hellosBurst) * 1_000) / hellosPerSecond;
  expect((admitted.at(-1) as number) - DOWN_MS, say).toBeLessThan(allInMs + helloWaitMs + SOON.capMs);
  expect(Math.max(...attempts), say).toBeLessThan(60);
  expect(refused, say).toBeLessThan(EDGES * 5);
});

test('threat row 50: a hello beyond the longest wait is refused and takes no place in the line', () => {
  const pace = new AdmissionPace({ hellosPerSecond: 10, hellosBurst: 2, helloWaitMs: 300 }, 0);
  expect([1, 2, 3, 4, 5].map(() => pace.waitMs(0))).toEqual([0, 0, 100, 200, 300]);
  expect([1, 2, 3].map(() => pace.waitMs(0))).toEqual([undefined, undefined, undefined]);
  expect(pace.waitMs(100)).toBe(300);
  expect(pace.waitMs(60_000)).toBe(0);
});

test('threat row 50: edges that resume at one number share the work of their frames', async () => {
  let reads = 0;
  const read = async () => {
    reads++;
    return [{ body: '{}', signature: '00' }];
  };
  const { batchEntries, batchBytes } = FEED_LIMITS;
  const batches = new EntryBatches(read, async () => undefined, batchEntries, batchBytes);
  const frames = await Promise.all(Array.from({ length: EDGES }, () => batches.after(41)));
  expect(reads).toBe(1);
  expect(new Set(frames).size).toBe(1);
});
