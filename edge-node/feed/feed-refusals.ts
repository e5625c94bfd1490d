/**
 * What the origin's feed was refused for: counted by code, and told once. Another log than ours ends no socket: its origin
 * may yet show the way back (shared/log/keeper.ts, rule 4).
 */
import type { PeerError } from '../../shared/errors.ts';

/** What a log may be refused for while its socket stays open; all else is a broken or hostile origin. */
const OTHER_HISTORY: ReadonlySet<string> = new Set([
  'log_fork',
  'log_rollback',
  'log_head_old',
  'log_head_future',
]);

export interface FeedRefusalsParts {
  readonly log: { warn(fields: object, message: string): void };
  /** The origin shows another log than ours: there is nothing to catch up with. */
  otherHistory(): void;
}

export class FeedRefusals {
  readonly #parts: FeedRefusalsParts;
  readonly #counts = new Map<string, number>();
  #sawOtherHistory = false;
  #warnedOf = '';

  constructor(parts: FeedRefusalsParts) {
    this.#parts = parts;
  }

  /** How often, by code. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get sawOtherHistory(): boolean {
    return this.#sawOtherHistory;
  }

  count(code: string): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /**
   * @param refused why an entry or a head does not count; undefined: it does
   * @param number of our last entry
   * @throws `refused` when the socket must end for it
   */
  judge(refused: PeerError<string> | undefined, number: number): void {
    if (refused === undefined) return;
    const { code, message } = refused;
    if (!OTHER_HISTORY.has(code)) throw refused;
    this.count(code);
    // A head whose time alone is off (somebody set a clock) is of the same log, and tells how long that is.
    if (code === 'log_fork' || code === 'log_rollback') {
      this.#sawOtherHistory = true;
      this.#parts.otherHistory();
    }
    // Heads come every few seconds: once is enough for a person, the metric counts them all.
    if (code === this.#warnedOf) return;
    this.#warnedOf = code;
    this.#parts.log.warn({ code, number, reason: message }, 'the origin shows another log: refused');
  }
}
