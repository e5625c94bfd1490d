/** The same image wanted by several uploads at once is worked on once, until the last of them is cancelled. */
interface Work<Result> {
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  /** How each who wants it is told of it. */
  readonly members: Set<Progress>;
  progress: Parameters<Progress> | undefined;
  isSealed: boolean;
}

export type Progress = (done: number, total: number) => void;

/**
 * @param seal from now on nobody can cancel: what follows is about to be visible
 * @param progress is told to everybody who wants it
 */
export type Begin<Result> = (signal: AbortSignal, seal: () => void, progress: Progress) => Promise<Result>;

export class SharedWork<Key, Result> {
  readonly #works = new Map<Key, Work<Result>>();

  has(key: Key): boolean {
    return this.#works.has(key);
  }

  /** Rejects with the signal's reason when it is aborted before the work is sealed. */
  join(key: Key, signal: AbortSignal, begin: Begin<Result>, progress: Progress): Promise<Result> {
    const work = this.#works.get(key) ?? this.#begin(key, begin);
    const member: Progress = (done, total) => progress(done, total);
    work.members.add(member);
    if (work.progress) member(...work.progress);
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (work.isSealed) return;
        reject(signal.reason);
        work.members.delete(member);
        if (work.members.size > 0) return;
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
    const told: Progress = (...progress) => {
      work.progress = progress;
      for (const member of work.members) member(...progress);
    };
    const result = begin(abort.signal, seal, told);
    const work: Work<Result> = { result, abort, members: new Set(), progress: undefined, isSealed: false };
    this.#works.set(key, work);
    const over = () => this.#forget(key, work);
    result.then(over, over);
    return work;
  }

  #forget(key: Key, work: Work<Result>): void {
    if (this.#works.get(key) === work) this.#works.delete(key);
  }
}
