/**
 * Pieces that became ours, over all torrents, in their order. Each link reads it from where it last stopped, when it is
 * told of pieces anyway: so a new piece costs the same however many links there are.
 */
import type { PieceIndex } from '../units.ts';
import type { Torrent } from './torrent.ts';

export interface LoggedPiece {
  readonly torrent: Torrent;
  readonly piece: PieceIndex;
}

/** So many entries are of no weight. */
const SPARE_ENTRIES = 64;

export class HaveLog {
  readonly #entries: LoggedPiece[] = [];
  /** Entries that every link has read are forgotten; so many are. */
  #forgotten = 0;
  #longFrom = SPARE_ENTRIES;

  /** The number of the entry that comes next. */
  get end(): number {
    return this.#forgotten + this.#entries.length;
  }

  /** It may be time to forget some: twice as many stand here as after the last time. */
  get isLong(): boolean {
    return this.#entries.length > this.#longFrom;
  }

  add(torrent: Torrent, piece: PieceIndex): void {
    this.#entries.push({ torrent, piece });
  }

  /** @param number of an entry that not every link has read */
  at(number: number): LoggedPiece {
    return this.#entries[number - this.#forgotten] as LoggedPiece;
  }

  /** No link reads what stands before this number any more. */
  forgetBefore(number: number): void {
    this.#entries.splice(0, number - this.#forgotten);
    this.#forgotten = number;
    this.#longFrom = 2 * this.#entries.length + SPARE_ENTRIES;
  }
}
