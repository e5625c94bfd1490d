/**
 * Runs jobs of one key one after the other; jobs of different keys do not wait for each other. No job starts
 * within the call that asks for it, so one asked for in the middle of an engine's step runs after the step.
 */
export class KeyedQueue<Key> {
  readonly #tails = new Map<Key, Promise<unknown>>();

  run<T>(key: Key, job: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(job, job);
    this.#tails.set(key, result);
    const forget = () => {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    };
    result.then(forget, forget);
    return result;
  }
}
