import { expect, test } from 'vitest';
import { FeedRefusals } from '../../../edge-node/feed/feed-refusals.ts';
import { PeerError } from '../../../shared/errors.ts';

function refusals() {
  const warned: object[] = [];
  let otherHistories = 0;
  const made = new FeedRefusals({
    log: { warn: (fields) => warned.push(fields) },
    otherHistory: () => otherHistories++,
  });
  return { made, warned, otherHistories: () => otherHistories };
}

const refusal = (code: string) => new PeerError(code, `why ${code}`);

test('what counts is no refusal', () => {
  const { made } = refusals();
  made.judge(undefined, 1);
  expect(made.counts.size).toBe(0);
});

test('threat row 29: a fork and a rollback are another history, counted each time and told once', () => {
  for (const code of ['log_fork', 'log_rollback']) {
    const { made, warned, otherHistories } = refusals();
    for (let times = 0; times < 3; times++) made.judge(refusal(code), 7);
    expect(made.sawOtherHistory).toBe(true);
    expect(otherHistories()).toBe(3);
    expect(made.counts).toEqual(new Map([[code, 3]]));
    expect(warned).toEqual([{ code, number: 7, reason: `why ${code}` }]);
  }
});

test('PU5: a head whose time is off is refused, and no other history', () => {
  const { made, warned, otherHistories } = refusals();
  for (const code of ['log_head_old', 'log_head_future']) made.judge(refusal(code), 7);
  expect(made.sawOtherHistory).toBe(false);
  expect(otherHistories()).toBe(0);
  expect(warned).toHaveLength(2);
});

test('what no origin of ours would send ends the socket; whoever ends it counts', () => {
  const { made, warned } = refusals();
  const error = refusal('log_signature');
  expect(() => made.judge(error, 7)).toThrow(error);
  expect(made.counts.size).toBe(0);
  made.count(error.code);
  expect(made.counts).toEqual(new Map([['log_signature', 1]]));
  expect(warned).toEqual([]);
});
