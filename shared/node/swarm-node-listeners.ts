/** Those who want to hear of one kind of thing. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @returns takes the listener off again */
  add(listener: (value: T) => void): () => void {
    // Wrapped, so that one function added twice is two listeners, and each removal takes off its own.
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}
