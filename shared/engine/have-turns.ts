/**
 * Links by when they were last told of new pieces, those that waited longest first: so that only those whose time has come
 * are looked at. A look at each link for each new piece was a twentieth of a simulated swarm's time.
 */
import type { Link } from './link.ts';

export class HaveTurns {
  /** Ready, and told of nothing yet. */
  readonly #fresh = new Set<Link>();
  /** The longest ago first. */
  readonly #told = new Set<Link>();

  /** @param nextEntry of the log of new pieces: what stands before it the other side knows from its channels' begin */
  join(link: Link, nextEntry: number): void {
    link.havesRead = nextEntry;
    this.#fresh.add(link);
  }

  told(link: Link, now: number): void {
    link.lastHaveAt = now;
    this.leave(link);
    this.#told.add(link);
  }

  leave(link: Link): void {
    if (!this.#fresh.delete(link)) this.#told.delete(link);
  }

  /** Calls `look` for those that wait, in order, until it says that it saw enough. */
  inTurn(look: (link: Link) => boolean): void {
    for (const link of this.#fresh) if (look(link)) return;
    for (const link of this.#told) if (look(link)) return;
  }

  /** The first entry of the log that a link has not read. */
  readBy(end: number): number {
    let first = end;
    this.inTurn((link) => {
      first = Math.min(first, link.havesRead);
      return false;
    });
    return first;
  }
}
