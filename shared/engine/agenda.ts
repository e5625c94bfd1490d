/**
 * What is to be looked at when a step is over: each once, in the order in which it came up. Mostly it is one thing, and
 * the list is emptied after each step. With a set V8 makes a new table each time that it becomes empty, and the old table
 * refers to the new one: in a swarm of thousands they survived as one chain, a fifth of the garbage of old age.
 */

/** In a list so short a search is as fast as a table. */
const SHORT = 16;

export class Agenda<Thing> implements Iterable<Thing> {
  readonly #things: Thing[] = [];
  #known: Set<Thing> | undefined;

  get isEmpty(): boolean {
    return this.#things.length === 0;
  }

  add(thing: Thing): void {
    if (this.#has(thing)) return;
    this.#known?.add(thing);
    this.#things.push(thing);
    if (this.#things.length === SHORT) this.#known = new Set(this.#things);
  }

  /** What is added meanwhile has its turn as well. */
  [Symbol.iterator](): Iterator<Thing> {
    return this.#things.values();
  }

  /** Keeps the room of a short list: to make it again costs more than to keep it. */
  clear(): void {
    this.#known = undefined;
    while (this.#things.length > 0) this.#things.pop();
  }

  #has(thing: Thing): boolean {
    return this.#known ? this.#known.has(thing) : this.#things.includes(thing);
  }
}
