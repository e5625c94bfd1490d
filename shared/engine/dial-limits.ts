/**
 * How many addresses are dialled at the same time (threat row 2): never all of one source, and of one prefix only a
 * few, so that a thousand invented addresses keep nobody from the real ones. Private addresses know no prefix: a
 * fleet's edges stand in one.
 */
import { isPrivate, prefixOf } from '../choker/groups.ts';

/** Who named an address: the tracker in its answers, or the host, from wherever it knows; `reserve`: for want of a web seed. */
export type AddressSource = 'tracker' | 'host' | 'reserve';

/** A dial that nobody answers takes five seconds; so many are half a torrent's links. */
export const MAX_DIALS = 40;
const MAX_DIALS_PER_SOURCE = 20;
const MAX_DIALS_PER_PREFIX = 3;

export class DialLimits {
  readonly #counts = new Map<string, number>();

  admits(ip: string, source: AddressSource): boolean {
    if (this.#count(source) >= MAX_DIALS_PER_SOURCE) return false;
    return isPrivate(ip) || this.#count(prefixOf(ip)) < MAX_DIALS_PER_PREFIX;
  }

  change(ip: string, source: AddressSource, difference: 1 | -1): void {
    for (const key of [source, prefixOf(ip)]) {
      const count = this.#count(key) + difference;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}
