/** Keeps the bag in localStorage, and in step with other tabs of the shop. */
import { createStore, type Store } from '../store.ts';
import { type Bag, parseBag, withQuantity } from './bag.ts';

const STORAGE_KEY = 'shoal.bag';

export class BagStore {
  readonly bag: Store<Bag>;
  readonly open = createStore(false);
  /** What storage holds is the bag; false: it is forbidden or full, and the bag lasts as long as the page. */
  #isStored: boolean;

  constructor() {
    const text = read();
    this.#isStored = text !== undefined;
    this.bag = createStore(parseBag(text ?? null));
    window.addEventListener('storage', (event) => {
      // Without a key: everything was cleared.
      if (event.key === STORAGE_KEY || event.key === null) this.bag.set(parseBag(event.newValue));
    });
    // A page that is kept for the way back hears nothing of other tabs.
    window.addEventListener('pageshow', (event) => event.persisted && this.bag.set(this.#latest()));
  }

  empty(): void {
    this.#put([]);
  }

  setQuantity(productId: string, quantity: number): void {
    this.#put(withQuantity(this.#latest(), productId, quantity));
  }

  takeOut(productIds: readonly string[]): void {
    this.#put(this.#latest().filter((line) => !productIds.includes(line.productId)));
  }

  /** Another tab may have changed it a moment ago: what this page knows would take that back. */
  #latest(): Bag {
    const text = this.#isStored ? read() : undefined;
    return text === undefined ? this.bag.get() : parseBag(text);
  }

  #put(bag: Bag): void {
    this.bag.set(bag);
    this.#isStored = write(JSON.stringify(bag));
  }
}

/** undefined: storage is forbidden. */
function read(): string | null | undefined {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return undefined;
  }
}

function write(text: string): boolean {
  try {
    localStorage.setItem(STORAGE_KEY, text);
    return true;
  } catch {
    return false;
  }
}
