/** Lessons of super-seeding: pieces told to a node that others have not reported yet, and what they weigh for it. */
import type { Bitfield } from '../bitfield.ts';
import type { Pupil } from './pupil.ts';
import type { SuperSeeder } from './super-seeder.ts';

export interface Lesson {
  readonly seeder: SuperSeeder;
  readonly source: number;
  readonly pupil: Pupil;
  readonly piece: number;
  readonly bytes: number;
  /** Told because the node got nothing elsewhere: nobody waits for it to spread. */
  readonly isExtra: boolean;
  /** Nobody was told of the piece before. */
  readonly isFirst: boolean;
  readonly toldAt: number;
  /** When it was told, or last seen in our own queue. */
  since: number;
  hadAt: number | undefined;
}

/** A node in one torrent. */
export interface Enrolment {
  readonly pupil: Pupil;
  /** Whatever it was told, ever. */
  readonly told: Bitfield;
  toldBytes: number;
  readonly lessons: Map<number, Lesson>;
  /** Its lessons over all torrents, the longest told first: deadlines are looked for here, and in no torrent. */
  readonly open: Set<Lesson>;
}

export function beginLesson(lesson: Lesson, enrolment: Enrolment): void {
  const { pupil, told, lessons, open } = enrolment;
  if (told.set(lesson.piece)) enrolment.toldBytes += lesson.bytes;
  lessons.set(lesson.piece, lesson);
  open.add(lesson);
  pupil.awaitedBytes += lesson.bytes;
}

export function lessonHad(lesson: Lesson, now: number): void {
  lesson.hadAt = now;
  lesson.pupil.awaitedBytes -= lesson.bytes;
  lesson.pupil.unspreadBytes += lesson.bytes;
}

export function endLesson(lesson: Lesson, { lessons, open }: Enrolment): void {
  lessons.delete(lesson.piece);
  open.delete(lesson);
  if (lesson.hadAt === undefined) lesson.pupil.awaitedBytes -= lesson.bytes;
  else lesson.pupil.unspreadBytes -= lesson.bytes;
}

/**
 * With the next piece the node would be told of more than its share, and one of the others was told of less than it.
 * @param nodes of the fleet that are linked, whether they have joined the set or not
 */
export function hasShare(
  enrolled: ReadonlyMap<number, Enrolment>,
  source: number,
  share: { readonly nextBytes: number; readonly shareBytes: number; readonly nodes: number },
): boolean {
  const own = enrolled.get(source)?.toldBytes ?? 0;
  if (own + share.nextBytes <= share.shareBytes) return false;
  let joined = 0;
  for (const { pupil, toldBytes } of enrolled.values()) {
    if (!pupil.isFleet) continue;
    if (toldBytes < own) return true;
    joined++;
  }
  return joined < share.nodes;
}
