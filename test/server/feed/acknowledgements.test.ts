/** PU2 and PU3 of docs/PROTOCOL.md: who is waited for, how long, and what the answer says of the others. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Acknowledgements } from '../../../server/feed/acknowledgements.ts';
import { type EdgeHold, EdgeRegistry, REMEMBERED_MS } from '../../../server/feed/edge-registry.ts';
import type { PeerId } from '../../../shared/units.ts';

const peerId = (name: string) => name.charCodeAt(0).toString(16).padEnd(40, '0') as PeerId;
let registry: EdgeRegistry;
let acknowledgements: Acknowledgements;
/** Number of the log's last entry. */
let head: number;

beforeEach(() => {
  head = 9;
  // A limit ends after the loop's turn of reading, which is real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  registry = new EdgeRegistry();
  acknowledgements = new Acknowledgements({
    registry,
    head: () => head,
    waitMs: 2_000,
    now: () => performance.now(),
  });
});
afterEach(() => vi.useRealTimers());

function join(name: string): EdgeHold {
  const ip = '127.0.0.1';
  const arrival = {
    peerId: peerId(name),
    name,
    url: 'http://e',
    siblingUrl: 'http://e',
    peer: { ip, port: 1 },
    socketIp: ip,
  };
  return registry.join({ ...arrival, applied: 0 }, performance.now()) as EdgeHold;
}

const told = (name: string, afterMs: number | null) =>
  expect.objectContaining({ name, id: peerId(name), acknowledged: afterMs !== null, afterMs });

test('PU3: the answer comes with the last acknowledgement, and tells the time of each', async () => {
  const [a, b] = [join('a'), join('b')];
  const answer = acknowledgements.of(7, performance.now());
  vi.advanceTimersByTime(30);
  acknowledgements.received(b, 6);
  acknowledgements.received(a, 9);
  vi.advanceTimersByTime(20);
  acknowledgements.received(b, 7);
  expect(await answer).toEqual([told('a', 30), told('b', 50)]);
});

test('PU3: an edge that does not answer is waited for as long as is allowed, and listed as to catch up', async () => {
  const a = join('a');
  join('b');
  const answer = acknowledgements.of(7, performance.now());
  acknowledgements.received(a, 7);
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  await vi.advanceTimersByTimeAsync(1_999);
  expect(isAnswered).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const [, late] = await answer;
  expect(late).toMatchObject({
    acknowledged: false,
    detail: expect.stringMatching('will catch up before it serves'),
  });
});

test('an edge that is not linked is not waited for, nor one that goes; one that comes back counts', async () => {
  const [gone, goes, back] = [join('a'), join('b'), join('c')];
  registry.leave(gone, 0);
  const answer = acknowledgements.of(7, performance.now());
  registry.leave(goes, 0);
  const again = join('c');
  acknowledgements.received(again, 7);
  expect(await answer).toEqual([told('a', null), told('b', null), told('c', 0)]);
  expect(back.generation).not.toBe(again.generation);
});

test('what an older session of an edge acknowledged does not count for its present one', async () => {
  acknowledgements.received(join('a'), 7);
  join('a');
  const answer = acknowledgements.of(7, performance.now());
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await answer).toEqual([told('a', null)]);
});

test('PU2: what an edge with another log acknowledges, beyond the head, is no acknowledgement of what comes there', async () => {
  const edge = join('a');
  // The origin was restored from a backup of entry 6; the edge holds nine of what was lost.
  head = 6;
  acknowledgements.received(edge, 9);
  head = 7;
  const answer = acknowledgements.of(7, performance.now());
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await answer).toEqual([told('a', null)]);
});

test('PU3: an edge that was not linked within the hour is not in the answer', async () => {
  registry.leave(join('a'), performance.now());
  vi.advanceTimersByTime(REMEMBERED_MS);
  expect(await acknowledgements.of(7, performance.now())).toEqual([told('a', null)]);
  vi.advanceTimersByTime(1);
  expect(await acknowledgements.of(7, performance.now())).toEqual([]);
});

test('threat row 22: of edges that are forgotten nothing stays, nor what they acknowledged', async () => {
  setFlagsFromString('--expose-gc');
  const holds = Array.from({ length: 100 }, (_, index) => {
    const hold = join(String.fromCharCode(32 + index));
    acknowledgements.received(hold, 7);
    registry.leave(hold, performance.now());
    return new WeakRef(hold);
  });
  expect(registry.edges(performance.now() + REMEMBERED_MS + 1)).toEqual([]);
  // A reference lives until the turn that looked at it is over.
  await new Promise((resolve) => setImmediate(resolve));
  runInNewContext('gc()');
  expect(holds.filter((hold) => hold.deref() !== undefined)).toEqual([]);
});

test('a fleet without edges is answered at once', async () => {
  expect(await acknowledgements.of(7, 0)).toEqual([]);
});
