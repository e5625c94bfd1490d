/** Keeps the bag in localStorage, and in step with other tabs of the shop. */
import { createStore, type Store } from '../store.ts';
import { type Bag, parseBag, withQuantity } from './bag.ts';

const STORAGE_KEY = 'shoal.bag';

export class BagStore {
  readonly bag: Store<Bag> = createStore(parseBag(read()));
  readonly open = createStore(false);

  constructor() {
    window.addEventListener('storage', (event) => {
      if (event.key === STORAGE_KEY) this.bag.set(parseBag(event.newValue));
    });
  }

  empty(): void {
    this.bag.set([]);
    write('[]');
  }

  setQuantity(productId: string, quantity: number): void {
    this.bag.set(withQuantity(this.bag.get(), productId, quantity));
    write(JSON.stringify(this.bag.get()));
  }
}

/** Storage may be forbidden or full: then the bag lasts as long as the page. */
function read(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function write(text: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, text);
  } catch {
    return;
  }
}
