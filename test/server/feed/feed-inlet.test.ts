import { expect, test } from 'vitest';
import { FeedInlet } from '../../../server/feed/feed-inlet.ts';

const FRAME = { type: 'askHead', question: 7 };
const text = (value: unknown) => Buffer.from(JSON.stringify(value));

test('a frame is read, whole or in parts; what is none is told apart', () => {
  const inlet = new FeedInlet({ framesPerSecond: 1, framesBurst: 100 }, 0);
  const whole = text(FRAME);
  expect(inlet.read(whole, false, 0)).toEqual(FRAME);
  expect(inlet.read([whole.subarray(0, 5), whole.subarray(5)], false, 0)).toEqual(FRAME);
  for (const odd of [Buffer.from('{'), text({ type: 'odd' }), text({ ...FRAME, question: -1 })])
    expect(inlet.read(odd, false, 0)).toBe('not a frame of this feed');
  expect(inlet.read(whole, true, 0)).toBe('not a frame of this feed');
});

test('threat row 15: so many frames in a time; odd ones count too, and time makes room', () => {
  const inlet = new FeedInlet({ framesPerSecond: 1, framesBurst: 2 }, 0);
  const read = (now: number) => inlet.read(text(FRAME), false, now);
  expect(inlet.read(text('odd'), false, 0)).toBe('not a frame of this feed');
  expect(read(0)).toEqual(FRAME);
  expect(read(0)).toBe('too many frames');
  expect(read(10_000)).toEqual(FRAME);
});
