/**
 * Super-seeding of one torrent (BEP 16): which piece was told to whom, and what became of it. A piece is told to one
 * node; it counts as spread when another node reports it after that one has it. How much a node is entrusted with is
 * its pupil's matter (pupil.ts). What does not spread in time is told to somebody else.
 *
 * Plain state: nodes are numbers (channels), and who has what comes from outside.
 */
import { Bitfield } from '../bitfield.ts';
import type { Random } from '../random.ts';
import type { Pupil } from './pupil.ts';
import { beginLesson, type Enrolment, endLesson, hasShare, type Lesson, lessonHad } from './super-lessons.ts';
import { UntoldPieces } from './super-untold.ts';

export interface LearnerView {
  /** What the node has. */
  readonly has: Bitfield;
  /** How many connected nodes have the piece. */
  availability(piece: number): number;
}

/** So many nodes must report a piece that we told nobody before it is believed to be out: one may lie. */
const BELIEVED_REPORTS = 2;

export class SuperSeeder {
  readonly #pieceBytes: (piece: number) => number;
  readonly #enrolled = new Map<number, Enrolment>();
  readonly #groups = new Map<Pupil, number>();
  readonly #untold: UntoldPieces;
  readonly #lessons = new Map<number, Lesson>();
  readonly #everTold: Bitfield;
  #fleetCount = 0;
  #begunAt: number | undefined;

  constructor(pieceCount: number, pieceBytes: (piece: number) => number, random: Random) {
    this.#pieceBytes = pieceBytes;
    this.#untold = new UntoldPieces(pieceCount, pieceBytes, random);
    this.#everTold = Bitfield.empty(pieceCount);
  }

  /** When the first piece was told to anybody. */
  get begunAt(): number | undefined {
    return this.#begunAt;
  }

  hasShare(source: number, shareBytes: number, nodes: number): boolean {
    const nextBytes = this.#pieceBytes(this.#untold.next ?? 0);
    return hasShare(this.#enrolled, source, { nextBytes, shareBytes, nodes });
  }

  get hasUntold(): boolean {
    return this.#untold.count > 0;
  }

  /** One node only that could spread anything. */
  get #isAlone(): boolean {
    return this.#fleetCount > 0 ? this.#fleetCount === 1 : this.#groups.size === 1;
  }

  /** The one whom a piece was told to, while it is not spread. */
  lessonOf(piece: number): Lesson | undefined {
    return this.#lessons.get(piece);
  }

  /** The node was told of pieces that are not spread. */
  hasLessons(source: number): boolean {
    return (this.#enrolled.get(source)?.lessons.size ?? 0) > 0;
  }

  /** @param open the node's lessons over all torrents, kept up to date */
  join(source: number, pupil: Pupil, open: Set<Lesson>): void {
    const told = Bitfield.empty(this.#untold.pieceCount);
    this.#enrolled.set(source, { pupil, told, toldBytes: 0, lessons: new Map(), open });
    this.#groups.set(pupil, (this.#groups.get(pupil) ?? 0) + 1);
    if (pupil.isFleet) this.#fleetCount++;
  }

  /** What it alone was told and nobody else has must be told to others. */
  leave(source: number, availability: (piece: number) => number): void {
    const enrolment = this.#enrolled.get(source);
    if (!enrolment) return;
    this.#enrolled.delete(source);
    const { pupil, told, lessons } = enrolment;
    if (pupil.isFleet) this.#fleetCount--;
    const members = (this.#groups.get(pupil) as number) - 1;
    if (members === 0) this.#groups.delete(pupil);
    else this.#groups.set(pupil, members);
    for (const lesson of [...lessons.values()]) this.#unteach(lesson, enrolment);
    for (const piece of told.indexes()) {
      if (availability(piece) === 0 && !this.#lessons.has(piece)) this.#untold.putBack(piece);
    }
  }

  /** A piece that nobody was told of, for this node; undefined when there is none for it. It counts as told. */
  tellNext(source: number, view: LearnerView, now: number): Lesson | undefined {
    const enrolment = this.#enrolled.get(source);
    // Nodes of the fleet pass pieces on; a stranger beside them gets what is out already.
    if (!enrolment || (this.#fleetCount > 0 && !enrolment.pupil.isFleet)) return undefined;
    const { told } = enrolment;
    const piece = this.#untold.takeNext({
      isOut: (one) => view.availability(one) >= BELIEVED_REPORTS,
      isFit: (one) => !told.has(one) && !view.has.has(one),
    });
    return piece === undefined ? undefined : this.#teach(source, enrolment, piece, now);
  }

  /** The rarest of what the node lacks: for one that waits in vain for what others were told. */
  tellAny(source: number, view: LearnerView, now: number): Lesson | undefined {
    const enrolment = this.#enrolled.get(source);
    if (!enrolment) return undefined;
    const { pupil } = enrolment;
    // What nobody else was told is not for those that keep it.
    const isOutOnly = (this.#fleetCount > 0 && !pupil.isFleet) || (pupil.isHoarding && !this.#isAlone);
    const isFit = (piece: number) => !view.has.has(piece) && !(isOutOnly && this.#untold.has(piece));
    const rarest =
      this.#rarest(view, (piece) => isFit(piece) && !enrolment.told.has(piece)) ??
      // It was told, and did not come for it; perhaps it forgot.
      this.#rarest(view, (piece) => isFit(piece) && !enrolment.lessons.has(piece));
    return rarest === undefined ? undefined : this.#tellOutOfTurn(source, enrolment, rarest, now);
  }

  /**
   * libtorrent 2.0.8 drops a node that becomes a seed while it wants nothing of it, before it looks at what the new
   * piece changes, and comes back a minute later. So it must never be told of the last piece alone.
   */
  tellLast(source: number, has: Bitfield, now: number): Lesson | undefined {
    const enrolment = this.#enrolled.get(source);
    if (!enrolment || enrolment.told.count !== this.#untold.pieceCount - 1) return undefined;
    for (let piece = 0; piece < this.#untold.pieceCount; piece++) {
      if (enrolment.told.has(piece)) continue;
      return has.has(piece) ? undefined : this.#tellOutOfTurn(source, enrolment, piece, now);
    }
    return undefined;
  }

  /** The node says that it has the piece. @returns the lesson that came to its end by that: the piece is spread */
  had(source: number, piece: number, now: number, availability: number): Lesson | undefined {
    const enrolment = this.#enrolled.get(source);
    if (!enrolment) return undefined;
    const own = enrolment.lessons.get(piece);
    if (own) {
      if (own.hadAt !== undefined) return undefined;
      lessonHad(own, now);
      // Nobody to spread it to, or everybody has it.
      const isOver = own.isExtra || this.#isAlone || availability >= this.#enrolled.size;
      if (isOver) this.#end(own, enrolment);
      return undefined;
    }
    if (enrolment.told.has(piece)) enrolment.pupil.hadLate();
    else enrolment.pupil.gotElsewhere();
    const lesson = this.#lessons.get(piece);
    if (!lesson || lesson.pupil === enrolment.pupil || lesson.hadAt === undefined) return undefined;
    this.#end(lesson, this.#enrolled.get(lesson.source) as Enrolment);
    return lesson;
  }

  /** The node's bitfield: what it was told before that came, and has, is no longer awaited. */
  hadBefore(source: number, has: Bitfield): void {
    const enrolment = this.#enrolled.get(source);
    if (!enrolment) return;
    for (const lesson of [...enrolment.lessons.values()])
      if (has.has(lesson.piece)) this.#end(lesson, enrolment);
  }

  /** It was not had, or not seen elsewhere: somebody else is to be told. */
  giveUp(lesson: Lesson): void {
    const enrolment = this.#enrolled.get(lesson.source);
    if (enrolment) this.#unteach(lesson, enrolment);
  }

  #unteach(lesson: Lesson, enrolment: Enrolment): void {
    this.#end(lesson, enrolment);
    if (!lesson.isExtra) this.#untold.putBack(lesson.piece);
  }

  #rarest(view: LearnerView, isFit: (piece: number) => boolean): number | undefined {
    let rarest: number | undefined;
    for (let piece = 0; piece < this.#untold.pieceCount; piece++) {
      if (!isFit(piece)) continue;
      if (rarest === undefined || view.availability(piece) < view.availability(rarest)) rarest = piece;
    }
    return rarest;
  }

  #tellOutOfTurn(source: number, enrolment: Enrolment, piece: number, now: number): Lesson {
    const isExtra = !this.#untold.take(piece);
    return this.#teach(source, enrolment, piece, now, isExtra);
  }

  #teach(source: number, enrolment: Enrolment, piece: number, now: number, isExtra = false): Lesson {
    const { pupil } = enrolment;
    this.#begunAt ??= now;
    const bytes = this.#pieceBytes(piece);
    const times = { toldAt: now, since: now, hadAt: undefined };
    const isFirst = this.#everTold.set(piece);
    const lesson: Lesson = { seeder: this, source, pupil, piece, bytes, isExtra, isFirst, ...times };
    beginLesson(lesson, enrolment);
    if (!isExtra) this.#lessons.set(piece, lesson);
    return lesson;
  }

  #end(lesson: Lesson, enrolment: Enrolment): void {
    endLesson(lesson, enrolment);
    if (this.#lessons.get(lesson.piece) === lesson) this.#lessons.delete(lesson.piece);
  }
}
