/** Those who wait for room, first come first served: one that needs much is not overtaken for ever. */
import { UserError } from '../../shared/errors.ts';

interface Waiting<Grant> {
  /** What for, and how much of it is lacking; many may wait for the same. */
  readonly key: string;
  readonly needed: () => number;
  readonly attempt: () => Grant | undefined;
  readonly resolve: (grant: Grant) => void;
  readonly timer: NodeJS.Timeout;
}

export class RoomQueue<Grant> {
  readonly #waiting = new Set<Waiting<Grant>>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** All that is waited for. */
  get neededBytes(): number {
    const needed = new Map<string, number>();
    for (const waiting of this.#waiting) needed.set(waiting.key, waiting.needed());
    let bytes = 0;
    for (const each of needed.values()) bytes += each;
    return bytes;
  }

  /**
   * @param work `attempt` answers undefined: not yet
   * @throws UserError `image_unavailable` when its turn did not come in time
   */
  wait(work: Pick<Waiting<Grant>, 'key' | 'needed' | 'attempt'>, patienceMs: number): Promise<Grant> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new UserError('image_unavailable', 503, 'the disk has no room for it at the moment'));
        // Less may do for the one behind it.
        this.next();
      }, patienceMs);
      const waiting = { ...work, resolve, timer };
      this.#waiting.add(waiting);
    });
  }

  /** Something changed: as many as can go on do. */
  next(): void {
    for (const waiting of this.#waiting) {
      const grant = waiting.attempt();
      if (grant === undefined) return;
      this.#waiting.delete(waiting);
      clearTimeout(waiting.timer);
      waiting.resolve(grant);
    }
  }
}
