/** Who reaches whom: islands that lost each other, and pairs that did. */
import type { SimHost } from './host.ts';

export class Reach {
  /** Hosts of different islands do not reach each other. Undefined: there are none. */
  islands: ReadonlyMap<SimHost, number> | undefined;
  readonly #cuts = new Map<SimHost, Set<SimHost>>();

  cut(a: SimHost, b: SimHost, isCut: boolean): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const cuts = this.#cuts.get(from) ?? new Set();
      if (isCut) this.#cuts.set(from, cuts.add(to));
      else cuts.delete(to);
    }
  }

  has(from: SimHost, to: SimHost): boolean {
    if (this.#cuts.get(from)?.has(to)) return false;
    return this.islands === undefined || this.islands.get(from) === this.islands.get(to);
  }
}
