/** Answers that are made once for all who ask, until something in the catalog changes. */

/** Addresses that nobody has asked for lately may be made anew. */
const MOST_KEPT = 500;

export class KeptUntilChange<Value> {
  readonly #kept = new Map<string, Promise<Value>>();
  #changing = 0;

  /** What is kept under the key, unless a change is under way: then what `make` says now. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const made = make();
    if (this.#changing > 0) return made;
    this.#kept.set(key, made);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    made.catch(() => this.#forget(key, made));
    return made;
  }

  /** A write begins: nothing is kept until the function that this answers is called, once. */
  changing(): () => void {
    this.#changing++;
    this.#kept.clear();
    let isDone = false;
    return () => {
      if (!isDone) this.#changing--;
      isDone = true;
      this.#kept.clear();
    };
  }

  #forget(key: string, made: Promise<Value>): void {
    if (this.#kept.get(key) === made) this.#kept.delete(key);
  }
}
