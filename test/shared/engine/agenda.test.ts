import { expect, it } from 'vitest';
import { Agenda } from '../../../shared/engine/agenda.ts';

for (const count of [3, 15, 16, 40])
  it(`holds each of ${count} once, in the order in which they came, and those that come while it is gone through`, () => {
    const agenda = new Agenda<number>();
    const things = Array.from({ length: count }, (_, i) => i);
    for (const thing of [...things, ...things.toReversed()]) agenda.add(thing);
    const seen: number[] = [];
    for (const thing of agenda) {
      seen.push(thing);
      if (thing === 1) for (const late of [0, count, count]) agenda.add(late);
    }
    expect(seen).toEqual([...things, count]);
    expect(agenda.isEmpty).toBe(false);
    agenda.clear();
    expect(agenda.isEmpty).toBe(true);
    agenda.add(1);
    expect([...agenda]).toEqual([1]);
  });
