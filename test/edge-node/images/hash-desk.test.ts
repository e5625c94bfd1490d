import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HashDesk, type WantHashesFrame } from '../../../edge-node/images/hash-desk.ts';
import { OfferedHashes } from '../../../edge-node/images/offered-hashes.ts';
import { encodePieceHashes } from '../../../shared/metainfo/piece-hashes.ts';
import type { InfoHash } from '../../../shared/units.ts';
import { makeImageSet } from '../support/image-set.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

const hashOf = (number: number) => number.toString(16).padStart(40, '0') as InfoHash;
const numberOf = (infoHash: InfoHash) => Number.parseInt(infoHash, 16) || undefined;

/** Sets 1 to 1,000, and a clock that stands still unless told. */
function desk(isOpen = true) {
  const frames: WantHashesFrame[] = [];
  const offered = new OfferedHashes();
  const made = new HashDesk({
    table: { numberOf, byNumber: hashOf },
    offered,
    send: (frame) => frames.push(frame),
  });
  if (isOpen) made.opened();
  const ended: number[] = [];
  const ask = (number: number) => void made.ask(hashOf(number)).then(() => ended.push(number));
  const named = () => frames.map(({ sets }) => sets);
  return { made, offered, frames, ended, ask, named };
}

const turn = () => vi.advanceTimersByTimeAsync(0);
const pieceHashes = (...numbers: number[]) =>
  numbers.map((number) => ({ infoHash: hashOf(number), hashes: '00' }));

describe('piece hashes asked over the feed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('FH1: all that is asked in one turn goes in one frame, as ranges, each set once', async () => {
    const { made, ask, named, ended } = desk();
    for (const number of [7, 3, 4, 5, 7]) ask(number);
    await turn();
    expect(named()).toEqual([[3, 5, 7, 7]]);
    ask(4);
    await turn();
    expect(named().length, 'not asked twice').toBe(1);
    made.answered({ type: 'hashes', sets: [3, 5, 7, 7], pieceHashes: pieceHashes(3, 7) });
    await turn();
    expect(ended.sort()).toEqual([3, 4, 4, 5, 7, 7]);
  });

  test('FH1: a thousand sets, each asked for when the one before has come, are seven frames a second', async () => {
    const { made, frames, ended } = desk();
    for (let number = 1; number <= 1_000; number++) {
      void made.ask(hashOf(number)).then(() => ended.push(number));
      await vi.advanceTimersByTimeAsync(1);
      if (number % 50 === 0) made.answered({ type: 'hashes', sets: [1, number], pieceHashes: [] });
    }
    await vi.advanceTimersByTimeAsync(150);
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThanOrEqual(9);
  });

  test('FH2: answers in parts end the waits of what they name, with hashes or without', async () => {
    const { made, offered, ask, ended } = desk();
    for (const number of [1, 2, 3]) ask(number);
    await turn();
    made.answered({ type: 'hashes', sets: [1, 2], pieceHashes: pieceHashes(1) });
    await turn();
    expect(ended).toEqual([1, 2]);
    expect([offered.has(hashOf(1)), offered.has(hashOf(2))]).toEqual([true, false]);
  });

  test('FH1: of many sets that come up, so many are asked for that they make one answer', async () => {
    const { made, named, frames } = desk();
    made.ahead(Array.from({ length: 1_000 }, (_, at) => hashOf(1 + at)));
    await turn();
    expect(named()).toEqual([[1, 128]]);
    made.ahead([hashOf(500)]);
    await turn();
    expect(frames.length).toBe(1);
  });

  test('FH4: after two seconds of silence nobody waits, nor does anybody until the origin answers', async () => {
    const { made, ask, ended, frames } = desk();
    ask(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual([1]);
    ask(2);
    await turn();
    expect(ended).toEqual([1, 2]);
    expect(frames.length).toBe(1);
    made.answered({ type: 'hashes', sets: [1, 1], pieceHashes: [] });
    ask(3);
    await turn();
    expect(frames.length).toBe(2);
  });

  test('FH4: without a feed nobody waits; a lost one ends all waits at once', async () => {
    const without = desk(false);
    without.made.lost();
    without.ask(1);
    await turn();
    expect(without.ended).toEqual([1]);
    const { made, ask, ended, frames } = desk();
    ask(1);
    await turn();
    ask(2);
    made.lost();
    await turn();
    expect(ended).toEqual([1, 2]);
    expect(frames.length, 'what was not sent is not sent to the next socket').toBe(1);
  });

  test('FH4: what is asked before the first socket waits for it, two seconds at most', async () => {
    const { made, ask, named, ended } = desk(false);
    for (const number of [1, 2]) ask(number);
    await vi.advanceTimersByTimeAsync(500);
    expect([ended, named()]).toEqual([[], []]);
    made.opened();
    await turn();
    expect(named()).toEqual([[1, 2]]);
    const late = desk(false);
    late.ask(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(late.ended).toEqual([1]);
  });

  test('threat row 26: an answer that names all numbers there are costs no more than what was asked', async () => {
    const { made, ask, ended } = desk();
    ask(1);
    await turn();
    made.answered({ type: 'hashes', sets: [1, Number.MAX_SAFE_INTEGER], pieceHashes: [] });
    await turn();
    expect(ended).toEqual([1]);
  });
});

describe('an edge that lacks the hashes of many sets', () => {
  test('FH1: asks for them in a few frames and fetches no .torrent', async () => {
    const origin = await TestOrigin.start();
    origin.bulkHashesOf = encodePieceHashes;
    for (let seed = 100; seed < 130; seed++) await origin.publish(await makeImageSet(seed));
    const edge = await TestEdge.start(origin.url);
    await eventually(async () => expect((await edge.status()).images.complete).toBe(30));
    expect(origin.requests.filter((request) => request.includes('/torrents/'))).toEqual([]);
    expect(origin.asked.length).toBeLessThanOrEqual(4);
  });

  test('FH4: takes the .torrent when the hashes make another torrent, or do not come', async () => {
    const origin = await TestOrigin.start();
    origin.bulkHashesOf = (metainfo) =>
      encodePieceHashes(metainfo).map((byte, at) => (at === 9 ? byte ^ 1 : byte));
    await origin.publish(await makeImageSet(140));
    const edge = await TestEdge.start(origin.url);
    await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
    origin.answersHashes = false;
    await origin.publish(await makeImageSet(141));
    await eventually(async () => expect((await edge.status()).images.complete).toBe(2));
    expect(origin.requests.filter((request) => request.includes('/torrents/')).length).toBe(2);
  });
});
