/** What is skipped, and what is owed, while a socket has a backlog. */
import { expect, test } from 'vitest';
import { LatestNews } from '../../../server/feed/latest-news.ts';
import { fromUtf8, toUtf8 } from '../../../shared/bytes.ts';

/** Frames are their own names; an outlet whose room is given and taken. */
function news() {
  const sent: unknown[] = [];
  const outlet = { hasRoom: true, send: (frame: string | Uint8Array) => void sent.push(textOf(frame)) };
  const frames = {
    head: fromUtf8('head 1'),
    headAnswer: (question: number) => fromUtf8(`answer ${question}`),
    fleet: (localIp: string) => fromUtf8(`fleet by ${localIp}`),
  };
  return { made: new LatestNews(outlet, frames, '192.0.2.1'), outlet, frames, sent };
}

const textOf = (frame: string | Uint8Array) => (typeof frame === 'string' ? frame : toUtf8(frame));

test('a head goes out once; one that found no room goes with the next beat', () => {
  const { made, outlet, frames, sent } = news();
  made.offerHead();
  made.offerHead();
  expect(sent).toEqual(['head 1']);
  frames.head = fromUtf8('head 2');
  outlet.hasRoom = false;
  made.offerHead();
  outlet.hasRoom = true;
  made.payOwed();
  expect(sent).toEqual(['head 1']);
  made.offerHead();
  expect(sent).toEqual(['head 1', 'head 2']);
});

test('threat row 15: of all that was asked without room the last question is answered, once there is some', () => {
  const { made, outlet, sent } = news();
  outlet.hasRoom = false;
  for (let question = 1; question <= 100; question++) made.answerHead(question);
  made.payOwed();
  expect(sent).toEqual([]);
  outlet.hasRoom = true;
  made.payOwed();
  made.payOwed();
  expect(sent).toEqual(['answer 100']);
});

test('who is in the fleet is owed until there is room, as it is then', () => {
  const { made, outlet, frames, sent } = news();
  outlet.hasRoom = false;
  made.offerFleet();
  frames.fleet = () => fromUtf8('fleet of today');
  outlet.hasRoom = true;
  made.payOwed();
  made.payOwed();
  expect(sent).toEqual(['fleet of today']);
});
