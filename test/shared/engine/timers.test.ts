import { describe, expect, it } from 'vitest';
import { Timers } from '../../../shared/engine/timers.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { LinkId } from '../../../shared/units.ts';

const name = (link: number) => ({ kind: 'silence', link: link as LinkId }) as const;

describe('deadlines are data', () => {
  it('setting a name again replaces its deadline, earlier or later', () => {
    const timers = new Timers();
    timers.set(name(1), 50);
    timers.set(name(1), 80);
    expect(timers.nextAt()).toBe(80);
    timers.set(name(1), 20);
    expect(timers.nextAt()).toBe(20);
    expect(timers.takeDue(20)).toEqual(name(1));
    expect(timers.takeDue(100)).toBeUndefined();
  });

  it('setNoLaterThan keeps an earlier deadline', () => {
    const timers = new Timers();
    timers.setNoLaterThan(name(1), 50);
    timers.setNoLaterThan(name(1), 80);
    timers.setNoLaterThan(name(1), 30);
    expect(timers.nextAt()).toBe(30);
  });

  it('nothing is due after clear, and the next deadline is Infinity', () => {
    const timers = new Timers();
    timers.set(name(1), 5);
    timers.clear(name(1));
    expect(timers.takeDue(10)).toBeUndefined();
    expect(timers.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('that are set anew again and again take no memory', () => {
    const timers = new Timers();
    for (let at = 0; at < 100_000; at++) timers.set(name(at % 10), 1_000_000 + at);
    expect(timers.entryCount).toBeLessThan(2_000);
    expect(timers.nextAt()).toBe(1_099_990);
  });

  it('random sets and clears come due as in a sorted list (seeds 1 to 50)', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const timers = new Timers();
      const model = new Map<number, number>();
      for (let i = 0; i < 500; i++) {
        const link = random.integer(40);
        const at = random.integer(1_000);
        if (random.integer(4) === 0) {
          timers.clear(name(link));
          model.delete(link);
        } else {
          timers.set(name(link), at);
          model.set(link, at);
        }
      }
      const order = [...model.values()].sort((a, b) => a - b);
      for (const at of order) {
        expect(timers.nextAt(), `seed ${seed}`).toBe(at);
        const due = timers.takeDue(at);
        expect(due && 'link' in due && model.get(due.link), `seed ${seed}`).toBe(at);
      }
      expect(timers.takeDue(1_000)).toBeUndefined();
    }
  });
});
