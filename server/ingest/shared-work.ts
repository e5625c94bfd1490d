/** The same image wanted by several uploads at once is worked on once, until the last of them is cancelled. */
interface Work<Result> {
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  members: number;
  isSealed: boolean;
}

/** @param seal from now on nobody can cancel: what follows is about to be visible */
export type Begin<Result> = (signal: AbortSignal, seal: () => void) => Promise<Result>;

export class SharedWork<Key, Result> {
  readonly #works = new Map<Key, Work<Result>>();

  has(key: Key): boolean {
    return this.#works.has(key);
  }

  /** Rejects with the signal's reason when it is aborted before the work is sealed. */
  join(key: Key, signal: AbortSignal, begin: Begin<Result>): Promise<Result> {
    const work = this.#works.get(key) ?? this.#begin(key, begin);
    work.members += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (work.isSealed) return;
        reject(signal.reason);
        work.members -= 1;
        if (work.members > 0) return;
        // Whoever comes now begins anew.
        this.#forget(key, work);
        work.abort.abort(signal.reason);
      };
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave, { once: true });
      work.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #begin(key: Key, begin: Begin<Result>): Work<Result> {
    const abort = new AbortController();
    const seal = () => {
      abort.signal.throwIfAborted();
      work.isSealed = true;
    };
    const result = begin(abort.signal, seal);
    const work: Work<Result> = { result, abort, members: 0, isSealed: false };
    this.#works.set(key, work);
    const over = () => this.#forget(key, work);
    result.then(over, over);
    return work;
  }

  #forget(key: Key, work: Work<Result>): void {
    if (this.#works.get(key) === work) this.#works.delete(key);
  }
}
