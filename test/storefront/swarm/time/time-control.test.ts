import { describe, expect, it } from 'vitest';
import {
  FASTEST,
  nearestSpeedIndex,
  SLOWEST,
  SPEEDS,
  speedWords,
} from '../../../../storefront/src/swarm/time/speed.ts';
import {
  AT_THE_BEGIN,
  advance,
  FOLLOW_BEHIND_MS,
  follow,
  grow,
  pause,
  play,
  seek,
  setSpeed,
  stepTo,
  type TimeControl,
  toggle,
} from '../../../../storefront/src/swarm/time/time-control.ts';
import { timeWords } from '../../../../storefront/src/swarm/time/time-words.ts';

const recorded: TimeControl = { ...AT_THE_BEGIN, endMs: 10_000 };

describe('time control', () => {
  it('time goes by the chosen speed while it plays, and not while it stands', () => {
    const slow = setSpeed(play(recorded), 0.1);
    expect(advance(slow, 100).atMs).toBeCloseTo(10);
    expect(advance(pause(slow), 100).atMs).toBe(0);
  });

  it('stops at the end of a recording, and plays again from the begin', () => {
    const over = advance(seek(play(setSpeed(recorded, 100)), 9_999), 100);
    expect(over).toMatchObject({ atMs: 10_000, isPlaying: false });
    expect(play(over)).toMatchObject({ atMs: 0, isPlaying: true });
  });

  it('waits at the end of a run that still grows, and goes on when there is more', () => {
    const open = grow(recorded, 50, true);
    const waiting = advance(play(open), 200);
    expect(waiting).toMatchObject({ atMs: 50, isPlaying: true });
    expect(advance(grow(waiting, 500, true), 100).atMs).toBe(150);
  });

  it('a moment beyond the end of a run is its last one, once the end is known', () => {
    const asked = { ...AT_THE_BEGIN, atMs: 800 };
    const growing = grow(asked, 200, true);
    expect(growing.atMs).toBe(800);
    expect(grow(growing, 500, false).atMs).toBe(500);
  });

  it('a hidden tab does not skip what it did not show', () => {
    expect(advance(play(recorded), 60_000).atMs).toBe(250);
  });

  it('a step pauses; without a further moment it stays where it is', () => {
    const playing = play(recorded);
    expect(stepTo(playing, 1_234)).toMatchObject({ atMs: 1_234, isPlaying: false });
    expect(stepTo(seek(playing, 50), undefined)).toMatchObject({ atMs: 50, isPlaying: false });
  });

  it('following stays a little behind the newest moment, and ends with a pause or a step back', () => {
    let live = follow(grow(recorded, 60_000, true));
    for (let frame = 0; frame < 300; frame++) live = advance(grow(live, live.endMs + 16, true), 16);
    expect(live.endMs - live.atMs).toBeGreaterThan(FOLLOW_BEHIND_MS / 2);
    expect(live.endMs - live.atMs).toBeLessThan(FOLLOW_BEHIND_MS * 2);
    expect(toggle(live)).toMatchObject({ isPlaying: false, isFollowing: false });
    expect(seek(live, 5).isFollowing).toBe(false);
  });

  it('seeking stays within what is known', () => {
    expect(seek(recorded, -5).atMs).toBe(0);
    expect(seek(recorded, 99_999).atMs).toBe(10_000);
  });
});

describe('speed', () => {
  it('goes from a thousandth to a hundred in steps of about equal ratio', () => {
    expect([SPEEDS[0], SPEEDS.at(-1)]).toEqual([SLOWEST, FASTEST]);
    for (let i = 1; i < SPEEDS.length; i++) {
      const ratio = (SPEEDS[i] as number) / (SPEEDS[i - 1] as number);
      expect(ratio).toBeGreaterThanOrEqual(1.9);
      expect(ratio).toBeLessThanOrEqual(2.6);
    }
  });

  it('any speed has a nearest step, and each step its words', () => {
    expect(SPEEDS[nearestSpeedIndex(0.07)]).toBe(0.05);
    expect(SPEEDS[nearestSpeedIndex(1e9)]).toBe(100);
    expect(SPEEDS.map(speedWords).slice(0, 3)).toEqual(['1/1000×', '1/500×', '1/200×']);
    expect(speedWords(20)).toBe('20×');
  });
});

describe('moments in words', () => {
  it.each([
    [0, false, '0.0 s'],
    [12_345, false, '12.3 s'],
    [12_345.6, true, '12.346 s'],
    [123_400, false, '2:03.4'],
    [123_400, true, '2:03.400'],
  ])('%d ms', (ms, isFine, words) => {
    expect(timeWords(ms, isFine).replace('\u00a0', ' ')).toBe(words);
  });
});
