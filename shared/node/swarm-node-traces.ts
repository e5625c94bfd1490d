/** Those who look at the trace. Each first hears how things stand; events of that are no news to the others. */
import type { EngineInput } from '../engine/inputs.ts';
import type { TraceEvent } from '../engine/trace.ts';

interface Watcher {
  readonly listener: (event: TraceEvent) => void;
  isGone: boolean;
}

export class TraceListeners {
  readonly #feed: (input: EngineInput) => void;
  readonly #watchers = new Set<Watcher>();
  /** Each has asked how things stand; the first is told next. */
  readonly #newcomers: Watcher[] = [];
  /** Who is being told how things stand. */
  #told: Watcher | undefined;

  constructor(feed: (input: EngineInput) => void) {
    this.#feed = feed;
  }

  /** @returns takes the listener off again */
  add(listener: Watcher['listener']): () => void {
    const watcher: Watcher = { listener, isGone: false };
    this.#newcomers.push(watcher);
    this.#feed({ type: 'setTrace', on: true });
    return () => {
      watcher.isGone = true;
      this.#watchers.delete(watcher);
      this.#rest();
    };
  }

  tell(event: TraceEvent): void {
    if (event.type === 'standingBegins') this.#told = this.#newcomers.shift();
    else if (event.type === 'standingTold') this.#settle();
    else if (this.#told) this.#told.listener(event);
    else for (const { listener } of this.#watchers) listener(event);
  }

  #settle(): void {
    if (this.#told && !this.#told.isGone) this.#watchers.add(this.#told);
    this.#told = undefined;
    this.#rest();
  }

  /** An event costs an object and two calls, some for every block: none are made that nobody hears. */
  #rest(): void {
    if (this.#watchers.size === 0 && this.#newcomers.length === 0 && this.#told === undefined)
      this.#feed({ type: 'setTrace', on: false });
  }
}
