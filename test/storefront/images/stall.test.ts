import { expect, it } from 'vitest';
import { judgeStall } from '../../../storefront/src/images/stall.ts';

const SILENT = {
  waitedMs: 0,
  sinceNodeGaveMs: Number.POSITIVE_INFINITY,
  othersGave: 0,
  headerArrived: false,
  attempt: 0,
};

it('a node without any sign of life has 2.5 s', () => {
  expect(judgeStall(SILENT)).toEqual({ kind: 'wait', forMs: 2_500 });
  expect(judgeStall({ ...SILENT, waitedMs: 2_499 })).toEqual({ kind: 'wait', forMs: 1 });
  expect(judgeStall({ ...SILENT, waitedMs: 2_500 })).toEqual({ kind: 'stalled', nodeSilent: true });
});

it('a node that gives nothing while others give has 1 s: the link is not what is slow', () => {
  const beside = { ...SILENT, othersGave: 3 };
  expect(judgeStall({ ...beside, waitedMs: 999 })).toEqual({ kind: 'wait', forMs: 1 });
  expect(judgeStall({ ...beside, waitedMs: 1_000 })).toEqual({ kind: 'stalled', nodeSilent: true });
  expect(judgeStall({ ...beside, waitedMs: 1_000, sinceNodeGaveMs: 10 }).kind).toBe('wait');
});

it('a node that gives other images meanwhile has 5 s and is not to blame', () => {
  const busy = { ...SILENT, sinceNodeGaveMs: 400 };
  expect(judgeStall({ ...busy, waitedMs: 2_500 })).toEqual({ kind: 'wait', forMs: 2_500 });
  expect(judgeStall({ ...busy, waitedMs: 5_000 })).toEqual({ kind: 'stalled', nodeSilent: false });
});

it('an image whose header came has 10 s: to start it elsewhere would only be slower', () => {
  const coming = { ...SILENT, headerArrived: true };
  expect(judgeStall({ ...coming, waitedMs: 9_999 }).kind).toBe('wait');
  expect(judgeStall({ ...coming, waitedMs: 10_000 })).toEqual({ kind: 'stalled', nodeSilent: false });
});

it('after two slow nodes the shopper is slow: patience doubles, eightfold at most', () => {
  const patienceMs = [0, 1, 2, 3, 4, 9].map((attempt) => {
    const verdict = judgeStall({ ...SILENT, attempt });
    return verdict.kind === 'wait' ? verdict.forMs : 0;
  });
  expect(patienceMs).toEqual([2_500, 2_500, 5_000, 10_000, 20_000, 20_000]);
});
