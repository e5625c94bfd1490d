/** Questions to one socket whether anybody is there: a half-open one looks like one whose edge has nothing to say. */
import { setDeadline } from '../../shared/node/process/deadline.ts';

export class SignOfLife {
  readonly #asked = new Set<(isThere: boolean) => void>();

  /** @returns whether something came from there since, within the limit and before the socket ended */
  ask(ping: () => void, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (isThere: boolean) => {
        limit.clear();
        this.#asked.delete(answer);
        resolve(isThere);
      };
      const limit = setDeadline(limitMs, () => answer(false));
      this.#asked.add(answer);
      ping();
    });
  }

  heard(): void {
    for (const answer of this.#asked) answer(true);
  }

  ended(): void {
    for (const answer of this.#asked) answer(false);
  }
}
