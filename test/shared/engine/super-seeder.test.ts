import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { Pupil } from '../../../shared/engine/pupil.ts';
import type { Lesson } from '../../../shared/engine/super-lessons.ts';
import { SuperSeeder } from '../../../shared/engine/super-seeder.ts';
import { seededRandom } from '../../../shared/random.ts';

const PIECES = 40;
const PIECE_BYTES = 16_384;
const WINDOW_BYTES = 1 << 20;

interface Member {
  readonly group?: string;
  readonly isFleet?: boolean;
}

/** A seeder and nodes that have, report and leave when the test says so. */
function classOf(members: readonly Member[], seed = 1) {
  const seeder = new SuperSeeder(PIECES, () => PIECE_BYTES, seededRandom(seed));
  const has = members.map(() => Bitfield.empty(PIECES));
  const here = new Set(members.keys());
  const pupils = new Map<string, Pupil>();
  let now = 0;
  const availability = (piece: number) => [...here].filter((node) => has[node]?.has(piece)).length;
  const pupilOf = ({ group, isFleet }: Member, node: number) => {
    const name = group ?? `node ${node}`;
    const pupil = pupils.get(name) ?? new Pupil(isFleet ?? false, WINDOW_BYTES);
    pupils.set(name, pupil);
    return pupil;
  };
  const pupil = members.map(pupilOf);
  const open = members.map(() => new Set<Lesson>());
  for (const node of here) seeder.join(node, pupil[node] as Pupil, open[node] as Set<Lesson>);
  const view = (node: number) => ({ has: has[node] as Bitfield, availability });
  const next = (node: number) => seeder.tellNext(node, view(node), now);
  const all = (node: number) => {
    const told: number[] = [];
    for (let lesson = next(node); lesson; lesson = next(node)) told.push(lesson.piece);
    return told;
  };
  return {
    seeder,
    pupil,
    open,
    has,
    next,
    any: (node: number) => seeder.tellAny(node, view(node), now),
    had(node: number, piece: number): Lesson | undefined {
      has[node]?.set(piece);
      return seeder.had(node, piece, ++now, availability(piece));
    },
    leave(node: number) {
      here.delete(node);
      seeder.leave(node, availability);
    },
    all,
  };
}

const nodes = (count: number): Member[] => Array.from({ length: count }, () => ({}));

describe('super-seeding (BEP 16)', () => {
  it('tells each node of other pieces, and of each piece once', () => {
    const { next } = classOf(nodes(4));
    const told = Array.from({ length: PIECES + 4 }, (_, i) => next(i % 4)?.piece);
    const pieces = told.filter((piece) => piece !== undefined);
    expect(pieces.sort((a, b) => a - b)).toEqual(Array.from({ length: PIECES }, (_, piece) => piece));
  });

  it('a piece counts as spread when another node reports it after the one that was told of it', () => {
    const { next, had, pupil } = classOf(nodes(3));
    const { piece } = next(0) as Lesson;
    expect(pupil[0]?.awaitedBytes).toBe(PIECE_BYTES);
    expect(had(0, piece)).toBeUndefined();
    expect([pupil[0]?.awaitedBytes, pupil[0]?.unspreadBytes]).toEqual([0, PIECE_BYTES]);
    expect(had(1, piece)?.pupil).toBe(pupil[0]);
    expect(pupil[0]?.unspreadBytes).toBe(0);
  });

  it('threat row 12: who reports a piece before the one that was told of it has it proves nothing', () => {
    const { next, had, seeder } = classOf(nodes(3));
    for (let piece = 0; piece < PIECES; piece++) had(2, piece);
    const { piece } = next(0) as Lesson;
    had(0, piece);
    expect(seeder.lessonOf(piece)).toBeDefined();
    expect(had(1, piece)).toBeDefined();
  });

  it('threat row 12: one claim is not believed for a piece that nobody was told of, two are', () => {
    const { had, all } = classOf(nodes(4));
    for (let piece = 0; piece < PIECES; piece++) had(2, piece);
    had(3, 7);
    const told = all(0);
    expect(told).toHaveLength(PIECES - 1);
    expect(told).not.toContain(7);
  });

  it('threat row 1: nodes of one group are not "another node" to each other', () => {
    const { next, had, seeder } = classOf([{ group: 'a' }, { group: 'a' }, {}]);
    const { piece } = next(0) as Lesson;
    had(0, piece);
    had(1, piece);
    expect(seeder.lessonOf(piece)).toBeDefined();
    had(2, piece);
    expect(seeder.lessonOf(piece)).toBeUndefined();
  });

  it('threat row 1: beside nodes of the fleet, a stranger is told only of what is out', () => {
    const { next, any, had } = classOf([{ isFleet: true }, { isFleet: true }, {}]);
    expect(next(2)).toBeUndefined();
    expect(any(2)).toBeUndefined();
    const { piece } = next(0) as Lesson;
    had(0, piece);
    expect(any(2)?.piece).toBe(piece);
  });

  it('what did not spread in time is told to another node', () => {
    const { next, had, seeder, all } = classOf(nodes(2));
    const lesson = next(0) as Lesson;
    had(0, lesson.piece);
    seeder.giveUp(lesson);
    expect(next(1)?.piece).toBe(lesson.piece);
    expect(all(0)).not.toContain(lesson.piece);
  });

  it('what a node alone was told is told to others when it leaves', () => {
    const { next, had, leave, all } = classOf(nodes(3));
    const lost = [next(0), next(0)].map((lesson) => (lesson as Lesson).piece);
    had(0, lost[0] as number);
    leave(0);
    const told = all(1);
    expect(told).toEqual(expect.arrayContaining(lost));
    expect(told).toHaveLength(PIECES);
  });

  it('threat row 12: a hoarder is told only of what others were told as well', () => {
    const { next, any, pupil } = classOf(nodes(2));
    const { piece } = next(1) as Lesson;
    for (let i = 0; i < 3; i++) pupil[0]?.failed(0);
    expect(any(0)?.piece).toBe(piece);
    expect(any(0)).toBeUndefined();
  });

  it('a node that did not come for what it was told is told again, when nothing else is left', () => {
    const { any, seeder, open } = classOf(nodes(1));
    for (let i = 0; i < PIECES; i++) any(0);
    expect(any(0)).toBeUndefined();
    const [lesson] = open[0] ?? [];
    seeder.giveUp(lesson as Lesson);
    expect(any(0)?.piece).toBe(lesson?.piece);
  });

  it('a node alone has nobody to spread to: nothing is waited for', () => {
    const { next, had, pupil } = classOf(nodes(1));
    had(0, (next(0) as Lesson).piece);
    expect(pupil[0]?.unspreadBytes).toBe(0);
  });

  it('a node that waits in vain is told the rarest of what it lacks, and nobody waits for that to spread', () => {
    const { next, any, had, all, pupil } = classOf(nodes(3));
    const { piece } = next(1) as Lesson;
    for (const other of all(2)) {
      had(2, other);
      had(1, other);
    }
    expect(any(0)?.piece).toBe(piece);
    had(0, piece);
    expect(pupil[0]?.unspreadBytes).toBe(0);
  });

  it('a bitfield that comes after the first pieces were told settles those that it names', () => {
    const { seeder, next, pupil } = classOf(nodes(2));
    next(0);
    next(0);
    seeder.hadBefore(0, Bitfield.full(PIECES));
    expect(pupil[0]?.awaitedBytes).toBe(0);
  });

  it('books balance whatever happens', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const { next, any, had, leave, seeder, pupil, open } = classOf(nodes(4), seed);
      for (let step = 0; step < 300; step++) {
        const node = random.integer(4);
        const lot = random.integer(10);
        if (lot < 4) next(node);
        else if (lot === 4) any(node);
        else if (lot < 8) had(node, random.integer(PIECES));
        else for (const lesson of [...(open[node] ?? [])].slice(0, 1)) seeder.giveUp(lesson);
      }
      for (const node of pupil.keys()) leave(node);
      expect(open.map(({ size }) => size)).toEqual([0, 0, 0, 0]);
      for (const { awaitedBytes, unspreadBytes } of pupil)
        expect([awaitedBytes, unspreadBytes], `seed ${seed}`).toEqual([0, 0]);
    }
  });

  it('a stock client is never told the last piece alone: libtorrent drops who becomes a seed while it wants nothing', () => {
    const { seeder, next, has } = classOf(nodes(1));
    let last: Lesson | undefined;
    for (let told = 1; told < PIECES; told++) {
      expect(last).toBeUndefined();
      next(0);
      last = seeder.tellLast(0, has[0] as Bitfield, 0);
    }
    expect(last).toBeDefined();
    expect(next(0)).toBeUndefined();
  });
});

describe('what a node is entrusted with', () => {
  it('grows with what it spreads and shrinks with what it keeps; after a while a hoarder is tried again', () => {
    const pupil = new Pupil(false, WINDOW_BYTES);
    const first = pupil.trustBytes;
    pupil.spread(PIECE_BYTES);
    expect(pupil.trustBytes).toBe(first + PIECE_BYTES);
    for (let i = 0; i < 40; i++) pupil.failed(0);
    expect(pupil.isHoarding).toBe(true);
    expect(pupil.mayBeTold(1_000)).toBe(false);
    expect(pupil.mayBeTold(100_000), 'one piece at a time').toBe(true);
    pupil.unspreadBytes = PIECE_BYTES;
    expect(pupil.mayBeTold(100_000)).toBe(false);
    pupil.unspreadBytes = 0;
    pupil.spread(PIECE_BYTES);
    expect(pupil.isHoarding).toBe(false);
    expect(pupil.mayBeTold(0)).toBe(true);
  });

  it('what comes late is no longer held against a node, but makes no hoarder honest', () => {
    const pupil = new Pupil(false, WINDOW_BYTES);
    for (let i = 0; i < 3; i++) {
      pupil.failed(0);
      pupil.hadLate();
    }
    expect(pupil.isHoarding).toBe(false);
    for (let i = 0; i < 2; i++) pupil.failed(0);
    for (let i = 0; i < 9; i++) pupil.hadLate();
    expect(pupil.isHoarding).toBe(true);
  });

  it('never more than the window allows', () => {
    const pupil = new Pupil(false, 10 * PIECE_BYTES);
    for (let i = 0; i < 100; i++) pupil.spread(PIECE_BYTES);
    expect(pupil.trustBytes).toBe(10 * PIECE_BYTES);
  });

  describe('the pipeline is steered by the time until a piece is had, for the kernel hides what waits', () => {
    const full = (pupil: Pupil) => {
      while (pupil.mayBeTold(0)) pupil.awaitedBytes += PIECE_BYTES;
      return pupil.awaitedBytes;
    };

    it('it grows while that takes hardly longer than the shortest, and the pipeline held something back', () => {
      const pupil = new Pupil(false, WINDOW_BYTES);
      const first = full(pupil);
      pupil.fetched(PIECE_BYTES, 40, true);
      expect(full(pupil)).toBe(first + PIECE_BYTES);
      pupil.fetched(PIECE_BYTES, 41, false);
      expect(full(pupil), 'it was not the limit').toBe(first + PIECE_BYTES);
      pupil.fetched(PIECE_BYTES, 250, true);
      expect(full(pupil), 'long enough').toBe(first + PIECE_BYTES);
    });

    it('it shrinks when pieces queue on the way, but not below the first', () => {
      const pupil = new Pupil(false, WINDOW_BYTES);
      const first = full(pupil);
      for (let i = 0; i < 5; i++) pupil.fetched(PIECE_BYTES, 40, true);
      pupil.awaitedBytes = 0;
      expect(full(pupil)).toBe(first + 5 * PIECE_BYTES);
      for (let i = 0; i < 20; i++) pupil.fetched(PIECE_BYTES, 400, true);
      pupil.awaitedBytes = 0;
      expect(full(pupil)).toBe(first);
    });
  });
});
